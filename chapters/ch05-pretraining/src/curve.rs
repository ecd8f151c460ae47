//! Losses as a picture made of letters, for a terminal.

use textplots::{Chart, LabelBuilder, LabelFormat, Plot, Shape};

/// Columns that the numbers beside the picture take.
const LABELS: usize = 8;
/// The library's narrowest picture.
const NARROWEST: usize = 17;

/// Draws `line`, and `dots` on top, into so many columns and rows of a terminal. The points are
/// `(step, loss)`, by growing step. What is not finite is left out; nothing comes of fewer than
/// two points, or of a terminal that is too narrow.
///
/// A letter of Braille has 2 by 4 dots, so the picture is finer than its letters.
pub fn curves(
    line: &[(f64, f64)],
    dots: &[(f64, f64)],
    columns: usize,
    rows: usize,
) -> Option<String> {
    let width = columns.checked_sub(LABELS)?;
    let (line, dots) = (drawable(line), drawable(dots));
    let ((first, _), (last, _)) = (line.first()?, line.last()?);
    if first >= last || width < NARROWEST || rows < 3 {
        return None;
    }
    // The library puts the steps into a line of their own.
    let (dot_columns, dot_rows) = (2 * width as u32, 4 * (rows - 1) as u32);
    let has_dots = !dots.is_empty(); // without one the library would begin at 0
    let (line, dots) = (Shape::Lines(&line), Shape::Points(&dots));
    let mut chart = Chart::new(dot_columns - 1, dot_rows - 1, *first, *last);
    let mut chart = chart.lineplot(&line);
    if has_dots {
        chart = chart.lineplot(&dots);
    }
    let chart = chart
        .y_label_format(LabelFormat::Custom(Box::new(|loss| format!("{loss:.3}"))))
        .x_label_format(LabelFormat::Custom(Box::new(|step| format!("{step:.0}"))));
    chart.figures();
    Some(chart.to_string().trim_end().to_owned())
}

fn drawable(points: &[(f64, f64)]) -> Vec<(f32, f32)> {
    let finite = points.iter().filter(|(x, y)| x.is_finite() && y.is_finite());
    finite.map(|&(x, y)| (x as f32, y as f32)).collect()
}
