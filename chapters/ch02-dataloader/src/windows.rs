//! Inputs and targets: a model learns by guessing the next token, so the target of a stretch of
//! text is the same stretch, one token further on.

// ANCHOR: windows
/// All windows of `context` tokens over a list of ids, `stride` tokens apart.
///
/// With ids `0 1 2 3 4 5 6`, a context of 3 and a stride of 2 there are two windows:
///
/// | inputs | targets |
/// |---|---|
/// | `0 1 2` | `1 2 3` |
/// | `2 3 4` | `3 4 5` |
///
/// A third one would start at 4 and want a target beyond the last id, so there is none.
#[derive(Clone, Debug)]
pub struct Windows {
    ids: Vec<u32>,
    context: usize,
    stride: usize,
}
// ANCHOR_END: windows

impl Windows {
    /// Windows over `ids`. A stride equal to `context` uses every id once; a smaller one overlaps.
    ///
    /// # Panics
    /// When `context` or `stride` is 0.
    pub fn new(ids: Vec<u32>, context: usize, stride: usize) -> Self {
        assert!(context > 0 && stride > 0, "context and stride must be at least 1");
        Self { ids, context, stride }
    }

    /// How many windows there are.
    pub fn len(&self) -> usize {
        windows_in(self.ids.len(), self.context, self.stride)
    }

    /// Whether the text is too short for even one window.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many tokens a window has.
    pub fn context(&self) -> usize {
        self.context
    }

    /// The inputs and targets of window `i`, `context` ids each.
    ///
    /// # Panics
    /// When there is no window `i`.
    pub fn get(&self, i: usize) -> (&[u32], &[u32]) {
        assert!(i < self.len(), "window {i} of {}", self.len());
        let start = i * self.stride;
        let end = start + self.context;
        (&self.ids[start..end], &self.ids[start + 1..end + 1])
    }
}

/// How many windows of `context` tokens there are in so many tokens, if they start `stride`
/// apart.
///
/// # Panics
/// When `context` or `stride` is 0.
pub(crate) fn windows_in(tokens: usize, context: usize, stride: usize) -> usize {
    assert!(context > 0 && stride > 0, "context and stride must be at least 1");
    // A window needs `context` inputs and one more id, the last target.
    match tokens.checked_sub(context + 1) {
        Some(spare) => spare / stride + 1,
        None => 0,
    }
}
