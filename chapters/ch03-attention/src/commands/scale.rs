//! `scale`: what happens to scores and weights as the channels grow.

use std::io::{self, Write};

use ch03::scale::{Peaking, random_scores};
use tch::{Kind, Tensor};

/// Eight times larger scores by hand, then random queries and keys.
pub fn run(out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "SCALE: softmax of five scores, and of eight times those scores"
    )?;
    let scores = Tensor::from_slice(&[0.1f32, -0.2, 0.3, -0.2, 0.5]);
    for factor in [1.0, 8.0] {
        let weights = (&scores * factor).softmax(-1, Kind::Double);
        let weights = Vec::<f64>::try_from(weights).expect("one axis of f64");
        let cells: String =
            weights.iter().map(|weight| format!("{weight:8.4}")).collect();
        writeln!(out, "  x {factor} {cells}")?;
    }
    writeln!(out, "1000 random queries, 8 random keys each")?;
    writeln!(out, "           q · k                      q · k / √d")?;
    writeln!(
        out,
        "     d  variance  largest    slope   variance  largest    slope"
    )?;
    for power in [0, 2, 4, 6, 8, 10] {
        let d = 1 << power;
        let scores = random_scores(1000, 8, d);
        let bare = Peaking::of(&scores);
        let divided = Peaking::of(&(scores / (d as f64).sqrt()));
        writeln!(out, "{d:>6} {}  {}", cells(bare), cells(divided))?;
    }
    Ok(())
}

fn cells(peaking: Peaking) -> String {
    let Peaking { variance, largest, slope } = peaking;
    format!("{variance:>9.1} {largest:>8.3} {slope:>8.3}")
}
