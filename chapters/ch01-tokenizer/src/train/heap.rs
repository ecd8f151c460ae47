//! A heap whose order is told from outside.
//!
//! The standard library's heap asks its entries which is greater. Here that depends on the
//! tokens' bytes, and an entry with the bytes in it would be four times as long.

/// The greatest entry is at the top: none is greater than the one at half its place.
pub(super) struct Heap<T>(Vec<T>);

impl<T> Heap<T> {
    pub(super) fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds an entry.
    pub(super) fn push(&mut self, entry: T, greater: impl Fn(&T, &T) -> bool) {
        self.0.push(entry);
        let mut place = self.0.len() - 1;
        while place > 0 && greater(&self.0[place], &self.0[(place - 1) / 2]) {
            self.0.swap(place, (place - 1) / 2);
            place = (place - 1) / 2;
        }
    }

    /// The greatest entry.
    pub(super) fn top(&mut self) -> Option<&mut T> {
        self.0.first_mut()
    }

    /// Takes the greatest entry away.
    pub(super) fn pop(&mut self, greater: impl Fn(&T, &T) -> bool) {
        if !self.0.is_empty() {
            self.0.swap_remove(0);
            self.sink(greater);
        }
    }

    /// Restores the order after the top entry became smaller.
    pub(super) fn sink(&mut self, greater: impl Fn(&T, &T) -> bool) {
        let entries = &mut self.0;
        let mut place = 0;
        while 2 * place + 1 < entries.len() {
            let mut child = 2 * place + 1;
            if child + 1 < entries.len()
                && greater(&entries[child + 1], &entries[child])
            {
                child += 1;
            }
            if !greater(&entries[child], &entries[place]) {
                break;
            }
            entries.swap(place, child);
            place = child;
        }
    }
}
