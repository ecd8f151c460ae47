//! Which colour and which mark belong to which series.

use anyhow::{Result, ensure};
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use crate::ink;
use crate::svg::Canvas;

/// Height of the legend's line in pixels.
pub const HEIGHT: u32 = 28;

/// Fails when there are more series than can be told apart.
pub fn check_count(series: usize) -> Result<()> {
    let most = ink::SERIES.len();
    ensure!(
        series <= most,
        "{series} series in one figure: readers can tell {most} apart"
    );
    Ok(())
}

/// One line: a mark and a name for every series.
pub fn draw(canvas: &Canvas, left: i32, names: &[String]) -> Result<()> {
    let (mut x, y) = (left, HEIGHT as i32 / 2);
    for (series, name) in names.iter().enumerate() {
        mark(canvas, series, (x + 6, y))?;
        let style = ink::label(HPos::Left);
        canvas.draw(&Text::new(name.clone(), (x + 18, y), style))?;
        x += 18 + ink::text_width(name) + 24;
    }
    Ok(())
}

/// Draws the mark of a series: its shape tells what its colour tells.
pub fn mark(canvas: &Canvas, series: usize, (x, y): (i32, i32)) -> Result<()> {
    let (filled, stroke) =
        (ink::SERIES[series].filled(), ink::SERIES[series].stroke_width(2));
    match series {
        0 => canvas.draw(&Circle::new((x, y), 4, filled))?,
        1 => canvas.draw(&TriangleMarker::new((x, y), 6, filled))?,
        2 => canvas
            .draw(&Rectangle::new([(x - 4, y - 4), (x + 4, y + 4)], filled))?,
        3 => canvas.draw(&Cross::new((x, y), 4, stroke))?,
        _ => canvas.draw(&Circle::new((x, y), 4, stroke))?,
    }
    Ok(())
}
