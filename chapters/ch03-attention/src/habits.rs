//! What a head looks at, in three numbers.

use ch00::axes;
use tch::{Kind, Tensor};

/// The average weight that a head gives to three places.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Habits {
    /// To the token that looks
    pub same: f64,
    /// To the one before it
    pub previous: f64,
    /// To the first of all
    pub first: f64,
    /// What any place would get if all weights of a row were alike
    pub even: f64,
}

impl Habits {
    /// The habits of each head.
    ///
    /// The first two rows are left out: there two of the three places are one.
    ///
    /// # Shapes
    /// - `weights`: `(h, t, t)`, causal, each row summing to 1
    ///
    /// # Panics
    /// When there are fewer than 3 tokens.
    pub fn of(weights: &Tensor) -> Vec<Self> {
        let [heads, t, _t] = axes(weights, "weights: (h, t, t)");
        assert!(t >= 3, "{t} tokens are too few to tell the habits of a head");
        let rows = t - 2;
        let mean = |places: Tensor, skip| {
            // (h, …) -> (h, t - 2) -> (h)
            let kept = places.narrow(1, skip, rows);
            kept.mean_dim(1, false, Kind::Double)
        };
        let same = mean(weights.diagonal(0, 1, 2), 2); // entry i is row i
        let previous = mean(weights.diagonal(-1, 1, 2), 1); // entry i is row i + 1
        let first = mean(weights.select(2, 0), 2);
        let even = (3..=t).map(|seen| 1.0 / seen as f64).sum::<f64>() / rows as f64;
        let of_head = |head| {
            let [same, previous, first] =
                [&same, &previous, &first].map(|habit| habit.double_value(&[head]));
            Self { same, previous, first, even }
        };
        (0..heads).map(of_head).collect()
    }

    /// Where the head looks, in words: `mostly` where more than half of its weight goes, `often`
    /// where it is more than twice an even share.
    pub fn in_words(self) -> String {
        let places = [
            (self.same, "itself"),
            (self.previous, "the token before"),
            (self.first, "the first token"),
        ];
        let larger = |a: (f64, _), b: (f64, _)| if b.0 > a.0 { b } else { a };
        match places.into_iter().fold((0.0, ""), larger) {
            (weight, place) if weight > 0.5 => format!("mostly at {place}"),
            (weight, place) if weight > 2.0 * self.even => {
                format!("often at {place}")
            }
            _ => "here and there".to_string(),
        }
    }
}
