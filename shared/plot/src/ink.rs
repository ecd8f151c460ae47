//! Colours and text that read on white and on dark paper.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Stands for the page's text colour while plotters draws; see [`crate::svg::finish`].
pub const TEXT: RGBColor = RGBColor(1, 2, 3);

/// [`TEXT`] as plotters writes it.
pub const TEXT_HEX: &str = "#010203";

/// One colour per series: Okabe and Ito's, which colour-blind readers can tell apart, darkened
/// or lightened until each has a contrast of at least 3 on white and on near-black.
pub const SERIES: [RGBColor; 5] = [
    RGBColor(15, 125, 195), // blue
    RGBColor(213, 94, 0),   // vermillion
    RGBColor(0, 150, 110),  // green
    RGBColor(185, 95, 150), // purple
    RGBColor(140, 120, 60), // ochre
];

/// The colour of what is below zero in a heat map; blue is above.
pub const NEGATIVE: RGBColor = SERIES[1];

/// The width of every figure in pixels: the book's column.
pub const WIDTH: u32 = 720;

/// The height of a line of text in plotters' measure (it divides by 1.24).
const TEXT_SIZE: i32 = 17;

/// The text style of labels, `horizontal`ly anchored and centred vertically.
pub fn label(horizontal: HPos) -> TextStyle<'static> {
    TextStyle::from(("sans-serif", TEXT_SIZE).into_font())
        .color(&TEXT)
        .pos(Pos::new(horizontal, VPos::Center))
}

/// About how many pixels wide `text` is.
pub fn text_width(text: &str) -> i32 {
    let characters = i32::try_from(text.chars().count()).unwrap_or(i32::MAX / 16);
    characters * 8
}

/// The number with at most four digits that matter.
pub fn number(value: f64) -> String {
    let size = value.abs();
    if size < 1e-12 {
        return "0".to_owned(); // a mark at 0, less what rounding left of it
    }
    if !(1e-3..1e6).contains(&size) {
        return format!("{value:.0e}");
    }
    let rounded: f64 = format!("{value:.3e}").parse().unwrap_or(value);
    (rounded + 0.0).to_string()
}
