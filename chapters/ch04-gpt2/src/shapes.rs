//! The way of a batch through the model, told by shapes alone.

use serde::Serialize;

use crate::{FeedForwardKind, Gpt2Config, PositionKind};

/// A tensor on its way: which step makes it, and its shape in letters and in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Where in the model
    pub part: &'static str,
    /// What is computed
    pub makes: &'static str,
    /// The shape in the letters of the dimension key
    pub letters: &'static str,
    /// The shape in numbers
    pub shape: Vec<i64>,
}

impl Step {
    /// How many numbers the tensor holds.
    pub fn numel(&self) -> i64 {
        self.shape.iter().product()
    }
}

/// What a shape's letters stand for.
struct Key {
    b: i64,
    t: i64,
    c: i64,
    h: i64,
    f: i64,
    v: i64,
}

impl Key {
    /// The number that a letter, or a product such as `4c`, stands for.
    fn size(&self, letters: &str) -> i64 {
        match letters {
            "b" => self.b,
            "t" => self.t,
            "c" => self.c,
            "h" => self.h,
            "d" => self.c / self.h,
            "f" => self.f,
            "v" => self.v,
            "3c" => 3 * self.c,
            "4c" => 4 * self.c,
            other => unreachable!("the walk has no size {other}"),
        }
    }

    fn step(
        &self,
        part: &'static str,
        (makes, letters): (&'static str, &'static str),
    ) -> Step {
        let shape = letters.split(' ').map(|letters| self.size(letters)).collect();
        Step { part, makes, letters, shape }
    }
}

/// Every tensor that a forward pass of `b` texts of `t` tokens makes, with one block in place
/// of all, in order. Nothing is computed, so the size does not matter.
pub fn shapes(config: &Gpt2Config, b: i64, t: i64) -> Vec<Step> {
    let Gpt2Config { n_embd: c, n_head: h, vocab_size: v, .. } = *config;
    let key = Key { b, t, c, h, f: config.feed_forward_width(), v };
    let rotary = config.positions == PositionKind::Rotary;
    let embedding = if rotary { &TOKENS[..] } else { &EMBEDDING[..] };
    let turned = if rotary { &TURNED[..] } else { &[] };
    let feed_forward = match config.feed_forward {
        FeedForwardKind::Gelu => &FEED_FORWARD[..],
        FeedForwardKind::SwiGlu => &SWIGLU[..],
    };
    let walk = [
        ("embedding", embedding),
        ("attention", &QUERIES[..]),
        ("attention", turned),
        ("attention", &CONTEXTS[..]),
        ("feed-forward", feed_forward),
        ("output", &OUTPUT[..]),
    ];
    walk.into_iter()
        .flat_map(|(part, steps)| steps.iter().map(move |&step| (part, step)))
        .map(|(part, step)| key.step(part, step))
        .collect()
}

const EMBEDDING: [(&str, &str); 4] = [
    ("ids", "b t"),
    ("rows of the token table", "b t c"),
    ("rows of the position table", "t c"),
    ("x = their sum", "b t c"),
];

const TOKENS: [(&str, &str); 2] =
    [("ids", "b t"), ("x = rows of the token table", "b t c")];

const QUERIES: [(&str, &str); 3] = [
    ("norm(x)", "b t c"),
    ("queries, keys, values side by side", "b t 3c"),
    ("q, k and v, split into heads: each", "b h t d"),
];

const TURNED: [(&str, &str); 1] =
    [("q and k, turned by position: each", "b h t d")];

const CONTEXTS: [(&str, &str); 5] = [
    ("weights = softmax(q kT / sqrt d)", "b h t t"),
    ("contexts = weights v", "b h t d"),
    ("heads side by side", "b t c"),
    ("heads mixed", "b t c"),
    ("x = x + that", "b t c"),
];

const FEED_FORWARD: [(&str, &str); 5] = [
    ("norm(x)", "b t c"),
    ("widened", "b t 4c"),
    ("bent by GELU", "b t 4c"),
    ("narrowed", "b t c"),
    ("x = x + that", "b t c"),
];

const SWIGLU: [(&str, &str); 7] = [
    ("norm(x)", "b t c"),
    ("gate", "b t f"),
    ("gate, bent by SiLU", "b t f"),
    ("widened", "b t f"),
    ("gate times widened", "b t f"),
    ("narrowed", "b t c"),
    ("x = x + that", "b t c"),
];

const OUTPUT: [(&str, &str); 2] =
    [("norm(x)", "b t c"), ("logits = norm(x) tableT", "b t v")];
