//! Work done ahead, so that nobody has to wait for it.

use std::any::Any;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};

/// Makes item `i`.
type Make<T> = dyn Fn(u64) -> Result<T> + Send + Sync;

// ANCHOR: prefetch
/// Items 0, 1, 2, …, made by threads in the background.
///
/// Of three workers, worker 0 makes items 0, 3, 6, …, worker 1 makes 1, 4, 7, …, and so on. Each
/// puts them into a queue of its own, which holds only a few, so a worker that is far ahead
/// sleeps. Whoever wants items takes one from each queue in turn. So their order never depends
/// on who was faster, and memory is bounded.
pub struct Prefetch<T> {
    make: Arc<Make<T>>,
    queues: Vec<Receiver<Result<T>>>,
    workers: Vec<JoinHandle<()>>,
    next: u64,
    waits: Waits,
}
// ANCHOR_END: prefetch

impl<T: Send + 'static> Prefetch<T> {
    /// Starts so many workers, each of which may be `ahead` items ahead. With no worker, items
    /// are made when they are asked for.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub fn new(
        workers: usize,
        ahead: usize,
        make: impl Fn(u64) -> Result<T> + Send + Sync + 'static,
    ) -> Result<Self> {
        let make: Arc<Make<T>> = Arc::new(make);
        let mut prefetch = Self {
            make,
            queues: Vec::new(),
            workers: Vec::new(),
            next: 0,
            waits: Waits::default(),
        };
        for first in 0..workers {
            let (queue, receiver) = sync_channel(ahead.max(1));
            let make = prefetch.make.clone();
            let thread = thread::Builder::new().name(format!("loader {first}"));
            let work = move || work(&*make, first, workers, &queue);
            prefetch.queues.push(receiver);
            prefetch.workers.push(thread.spawn(work)?);
        }
        Ok(prefetch)
    }

    // ANCHOR: take
    /// The next item. If it is not ready, this waits, and counts how long.
    ///
    /// # Errors
    /// When making it failed, or its worker panicked. There are no more items after that.
    pub fn take(&mut self) -> Result<T> {
        let asked = Instant::now();
        let item = match self.queues.len() as u64 {
            0 => (self.make)(self.next),
            workers => {
                let worker = (self.next % workers) as usize;
                let received = self.queues[worker].recv();
                received.unwrap_or_else(|_| Err(self.panic_of(worker)))
            }
        };
        if item.is_err() {
            self.stop();
        }
        self.next += 1;
        self.waits.add(asked, Instant::now());
        item
    }
    // ANCHOR_END: take

    /// How long whoever takes the items had to wait so far.
    pub fn waits(&self) -> Waits {
        self.waits
    }

    /// Forgets the waiting so far, such as that for the first item.
    pub fn reset_waits(&mut self) {
        self.waits = Waits::default();
    }

    /// Why a worker ended without a word.
    fn panic_of(&mut self, worker: usize) -> anyhow::Error {
        let panic = self.workers.remove(worker).join().err();
        let message = panic.as_deref().map_or("without a word", message);
        anyhow!("a worker panicked: {message}")
    }

    /// Ends all workers. Who asks for more gets an error.
    fn stop(&mut self) {
        self.queues.clear();
        self.make = Arc::new(|_| bail!("the loader has stopped after an error"));
    }
}

/// A worker: makes its items until one fails or nobody wants them any more.
fn work<T>(
    make: &Make<T>,
    first: usize,
    step: usize,
    queue: &SyncSender<Result<T>>,
) {
    for item in (first as u64..).step_by(step) {
        let made = make(item);
        let is_over = made.is_err();
        if queue.send(made).is_err() || is_over {
            return;
        }
    }
}

/// What a panic says.
fn message<'a>(panic: &'a (dyn Any + Send + 'static)) -> &'a str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a word")
}

impl<T> Drop for Prefetch<T> {
    /// Ends the workers: their queues are gone, so they stop after the item they are at.
    fn drop(&mut self) {
        self.queues.clear();
        for worker in self.workers.drain(..) {
            let _ = worker.join(); // a panic was reported, or nobody asked for the item
        }
    }
}

// ANCHOR: waits
/// How long somebody waited for items.
#[derive(Clone, Copy, Debug, Default)]
pub struct Waits {
    /// Items that were asked for
    pub items: u64,
    /// All waiting together
    pub waited: Duration,
    /// The longest wait
    pub longest: Duration,
    /// From the first question to the last answer
    pub elapsed: Duration,
    began: Option<Instant>,
}

impl Waits {
    /// The share of time in which there was nothing to do but wait: from 0, never, to 1.
    pub fn starved(&self) -> f64 {
        self.waited.as_secs_f64() / self.elapsed.as_secs_f64().max(1e-9)
    }
}
// ANCHOR_END: waits

impl Waits {
    fn add(&mut self, asked: Instant, answered: Instant) {
        let wait = answered - asked;
        self.items += 1;
        self.waited += wait;
        self.longest = self.longest.max(wait);
        self.elapsed = answered - *self.began.get_or_insert(asked);
    }
}
