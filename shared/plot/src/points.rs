//! Named points in a plane.

use anyhow::{Result, ensure};
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use crate::{Table, ink, legend, svg};

pub(crate) const HEIGHT: u32 = 480;
const MARGIN: i32 = 24;
/// Room for the name of a point at the right edge.
const NAME: i32 = 64;

/// A point with its name per row; the two columns are its place. One unit is as long upwards as
/// sideways, so that distances can be compared by eye.
#[derive(Debug, Clone)]
pub struct Points;

/// Where a place lies on the canvas.
pub(crate) struct Ruler {
    scale: f64,
    middle: (f64, f64),
}

impl Ruler {
    /// A ruler on which all of `rows` have a place.
    pub fn new<'a>(rows: impl Iterator<Item = &'a Vec<f64>> + Clone) -> Self {
        let ends = |column: usize| {
            let values = || rows.clone().map(move |row| row[column]);
            (values().fold(f64::MAX, f64::min), values().fold(f64::MIN, f64::max))
        };
        let ((left, right), (bottom, top)) = (ends(0), ends(1));
        let width = f64::from(ink::WIDTH as i32 - 2 * MARGIN - NAME);
        let height = f64::from(HEIGHT as i32 - 2 * MARGIN);
        let least = f64::MIN_POSITIVE;
        let scale = (width / (right - left).max(least))
            .min(height / (top - bottom).max(least));
        Self { scale, middle: ((left + right) / 2.0, (bottom + top) / 2.0) }
    }

    pub fn place(&self, row: &[f64]) -> (i32, i32) {
        let x = (row[0] - self.middle.0) * self.scale;
        let y = (row[1] - self.middle.1) * self.scale;
        let centre = ((ink::WIDTH as i32 - NAME) / 2, HEIGHT as i32 / 2);
        (centre.0 + x.round() as i32, centre.1 - y.round() as i32)
    }
}

impl Points {
    pub(crate) fn draw(&self, table: &Table, finding: &str) -> Result<String> {
        ensure!(table.columns().len() == 2, "a point has two numbers, x and y");
        table.range()?; // finite numbers, and at least one
        let ruler = Ruler::new(table.rows().iter().map(|(_, row)| row));
        svg::draw(finding, HEIGHT, |canvas| {
            for (name, row) in table.rows().iter().filter(|(_, row)| whole(row)) {
                let (x, y) = ruler.place(row);
                legend::mark(canvas, 0, (x, y))?;
                let style = ink::label(HPos::Left);
                canvas.draw(&Text::new(name.clone(), (x + 8, y), style))?;
            }
            Ok(())
        })
    }
}

pub(crate) fn whole(row: &[f64]) -> bool {
    row.iter().all(|value| !value.is_nan())
}
