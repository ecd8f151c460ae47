//! Many texts at the same time.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::Tokenizer;

/// The ids of each text. As many threads as there are cores take one text after the other.
pub fn encode_batch<T: AsRef<str> + Sync>(
    tokenizer: &Tokenizer,
    texts: &[T],
) -> Vec<Vec<u32>> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(text) = texts.get(place) else { return done };
            done.push((place, tokenizer.encode(text.as_ref())));
        }
    };
    let mut all = vec![Vec::new(); texts.len()];
    thread::scope(|scope| {
        let helpers: Vec<_> =
            (1..cores.min(texts.len())).map(|_| scope.spawn(work)).collect();
        let mut done = work();
        for helper in helpers {
            match helper.join() {
                Ok(more) => done.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        for (place, ids) in done {
            all[place] = ids;
        }
    });
    all
}
