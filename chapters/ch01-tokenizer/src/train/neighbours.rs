//! What stands beside the places of a merge.

/// The tokens on one side of the places of a merge.
#[derive(Default)]
pub(super) struct Neighbours {
    /// In the order in which they were met first.
    ids: Vec<u32>,
    /// What is known of each; a token's id is its place.
    by_id: Vec<Neighbour>,
    /// Every occurrence: the neighbour, and the place of its pair with the new token.
    found: Vec<(u32, u32)>,
}

/// A token beside the places of a merge, or any pair while it is counted.
#[derive(Clone, Copy, Default)]
pub(super) struct Neighbour {
    /// How often it occurs.
    pub(super) count: u64,
    /// At how many places of the words.
    pub(super) number: u32,
    /// Where its next place is to be written, if it is kept.
    pub(super) room: Option<usize>,
}

impl Neighbours {
    /// Forgets everything, and gets ready for ids up to `last`.
    pub(super) fn clear(&mut self, last: u32) {
        for id in self.ids.drain(..) {
            self.by_id[id as usize] = Neighbour::default();
        }
        self.by_id.resize(last as usize + 1, Neighbour::default());
        self.found.clear();
    }

    /// Token `id` is the neighbour in a word that occurs `count` times; `place` is where its
    /// pair with the new token stands.
    pub(super) fn note(&mut self, id: u32, place: u32, count: u64) {
        let known = &mut self.by_id[id as usize];
        if known.number == 0 {
            self.ids.push(id);
        }
        known.note(count);
        self.found.push((id, place));
    }

    /// Takes occurrences of a neighbour back.
    pub(super) fn take(&mut self, id: u32, count: u64) {
        self.by_id[id as usize].count -= count;
    }

    /// Every neighbour, and how often it occurs.
    pub(super) fn counts(&self) -> impl Iterator<Item = (u32, u64)> {
        self.ids.iter().map(|&id| (id, self.by_id[id as usize].count))
    }

    /// Calls `change` with every neighbour.
    pub(super) fn each(&mut self, mut change: impl FnMut(u32, &mut Neighbour)) {
        for &id in &self.ids {
            change(id, &mut self.by_id[id as usize]);
        }
    }

    /// Writes the places of the neighbours that are kept.
    pub(super) fn write_places(&mut self, places: &mut [u32]) {
        for &(id, place) in &self.found {
            self.by_id[id as usize].write(place, places);
        }
    }
}

impl Neighbour {
    /// One more place, in a word that occurs `count` times.
    pub(super) fn note(&mut self, count: u64) {
        self.count += count;
        self.number += 1;
    }

    /// Writes one of its places, if it is kept.
    pub(super) fn write(&mut self, place: u32, places: &mut [u32]) {
        if let Some(room) = &mut self.room {
            places[*room] = place;
            *room += 1;
        }
    }
}
