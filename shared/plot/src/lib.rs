//! The book's figures.
//!
//! A figure is a recipe ([`Figure`]) and its numbers ([`Table`]). The numbers are committed
//! as `NAME.csv`, the drawing beside them as `NAME.svg`, and the drawing is a pure function
//! of recipe and CSV. A chapter's `tests/figures.rs` computes the numbers anew and calls
//! [`check_or_overwrite`], so that no figure can show what the code no longer does.
//!
//! The SVG is written to be included in a page, inside `<figure>`: its axes and text take
//! the page's own text colour, so it reads on light and on dark themes.
//!
//! ```
//! use plot::{Axis, Chart, Figure, Lines, Table};
//!
//! let table = Table::new("step", ["training", "validation"])
//!     .row("0", [10.8, 10.9])
//!     .row("100", [6.1, 6.4]);
//! let figure = Figure {
//!     name: "loss",
//!     finding: "Both losses fall from 10.8 to about 6 within 100 steps",
//!     chart: Chart::Lines(Lines { x: Axis::linear("step"), y: Axis::linear("loss") }),
//! };
//! assert!(figure.draw(&table)?.starts_with("<svg"));
//! # Ok::<(), anyhow::Error>(())
//! ```

mod arrows;
mod bars;
mod check;
mod figure;
mod heat_map;
mod ink;
mod legend;
mod lines;
mod points;
mod space;
mod svg;
mod table;

pub use arrows::Arrows;
pub use bars::Bars;
pub use check::{OVERWRITE_VARIABLE, check, check_or_overwrite, overwrite};
pub use figure::{Chart, Figure};
pub use heat_map::HeatMap;
pub use lines::{Axis, Lines, Scale};
pub use points::Points;
pub use space::Space;
pub use table::Table;
