//! From pairs to groups.

use std::collections::HashMap;

/// Numbers in groups that grow together: the union-find of Galler and Fischer (1964).
///
/// Every number points to another one of its group, and the first of the group to itself.
///
/// ```
/// let mut groups = ch02::dedup::Groups::default();
/// for _ in 0..4 {
///     groups.push();
/// }
/// groups.join(2, 3);
/// groups.join(3, 0);
/// assert_eq!(groups.first(2), 0);
/// assert_eq!(groups.first(1), 1); // alone
/// ```
#[derive(Clone, Debug, Default)]
pub struct Groups {
    towards_first: Vec<usize>,
}

// ANCHOR: groups
impl Groups {
    /// One more number, the next one, in a group of its own.
    pub fn push(&mut self) -> usize {
        self.towards_first.push(self.towards_first.len());
        self.towards_first.len() - 1
    }

    /// The smallest number of the group that `number` is in.
    ///
    /// # Panics
    /// When the number was not pushed yet.
    pub fn first(&mut self, mut number: usize) -> usize {
        while self.towards_first[number] != number {
            // Halve the way for those who come later.
            let next = self.towards_first[self.towards_first[number]];
            self.towards_first[number] = next;
            number = next;
        }
        number
    }

    /// Makes one group of the two that `a` and `b` are in.
    ///
    /// # Panics
    /// When one of them was not pushed yet.
    pub fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.first(a), self.first(b));
        self.towards_first[a.max(b)] = a.min(b);
    }
}
// ANCHOR_END: groups

impl Groups {
    /// How many numbers there are.
    pub fn len(&self) -> usize {
        self.towards_first.len()
    }

    /// Whether there is no number yet.
    pub fn is_empty(&self) -> bool {
        self.towards_first.is_empty()
    }

    /// The groups of at least two, each in ascending order, the largest group first.
    pub fn together(&mut self) -> Vec<Vec<usize>> {
        let mut by_first: HashMap<usize, Vec<usize>> = HashMap::new();
        for number in 0..self.len() {
            by_first.entry(self.first(number)).or_default().push(number);
        }
        let mut groups: Vec<_> = by_first.into_values().collect();
        groups.retain(|group| group.len() > 1);
        groups.sort_by_key(|group| (std::cmp::Reverse(group.len()), group[0]));
        groups
    }
}
