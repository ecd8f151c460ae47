//! Where a text ends, and how not to show what comes after.

/// Watches a text that arrives in pieces for strings that end it.
///
/// A stop string may be spread over several pieces. So the end of the text is held
/// back for as long as it may be the beginning of one.
#[derive(Clone, Debug)]
pub struct StopStrings {
    stops: Vec<String>,
    held: String,
}

impl StopStrings {
    /// Watches for any of `stops`; empty ones are ignored.
    pub fn new(stops: &[String]) -> Self {
        let stops = stops.iter().filter(|stop| !stop.is_empty()).cloned().collect();
        Self { stops, held: String::new() }
    }

    // ANCHOR: push
    /// Takes the next piece. Returns the text that may be shown, and the stop
    /// string if one is complete: then the shown text ends before it, and nothing
    /// should follow.
    ///
    /// Of several stop strings the one that is complete first wins, so it makes no
    /// difference how the text was cut into pieces.
    pub fn push(&mut self, piece: &str) -> (String, Option<String>) {
        self.held.push_str(piece);
        let found = self.stops.iter().filter_map(|stop| {
            let start = self.held.find(stop.as_str())?;
            Some((start + stop.len(), start, stop))
        });
        if let Some((_end, start, stop)) = found.min() {
            let stop = stop.clone();
            self.held.truncate(start);
            return (std::mem::take(&mut self.held), Some(stop));
        }
        let rest = self.held.split_off(self.held.len() - self.waiting());
        (std::mem::replace(&mut self.held, rest), None)
    }

    /// How many bytes at the end may be the beginning of a stop string.
    fn waiting(&self) -> usize {
        let begins =
            |end: &str| self.stops.iter().any(|stop| stop.starts_with(end));
        let mut places = self.held.char_indices().map(|(place, _)| place);
        let first = places.find(|&place| begins(&self.held[place..]));
        first.map_or(0, |place| self.held.len() - place)
    }
    // ANCHOR_END: push

    /// What is still held back, once the text has ended without a stop string.
    pub fn finish(self) -> String {
        self.held
    }
}
