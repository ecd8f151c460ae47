//! What threads keep from one text to the next.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::thread::{self, ThreadId};

use super::cache::Cache;
use super::word::Word;

/// The words that a thread has met, and room to work in.
pub struct Desk {
    thread: ThreadId,
    pub cache: Cache,
    pub words: Vec<Word>,
    pub new: Vec<u128>,
}

/// Desks that wait for the next text. As many as texts were ever encoded at the same time.
#[derive(Default)]
pub(crate) struct Pool(Mutex<Vec<Desk>>);

impl Pool {
    /// Does `work` at the desk where this thread worked last, if that waits here: what it holds
    /// is near this thread's core, and another's is not.
    pub fn lend<T>(&self, work: impl FnOnce(&mut Desk) -> T) -> T {
        let pool = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let thread = thread::current().id();
        let waiting = {
            let mut pool = pool();
            match pool.iter().position(|desk| desk.thread == thread) {
                Some(place) => Some(pool.swap_remove(place)),
                None => pool.pop(),
            }
        };
        let mut desk = waiting.unwrap_or_else(|| Desk {
            thread,
            cache: Cache::new(),
            words: Vec::new(),
            new: Vec::new(),
        });
        desk.thread = thread;
        let result = work(&mut desk);
        pool().push(desk);
        result
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pool")
    }
}
