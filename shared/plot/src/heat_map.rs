//! A matrix as coloured cells with labelled rows and columns.

use anyhow::Result;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use crate::svg::Canvas;
use crate::{Table, ink, svg};

const LABEL: i32 = 26;
/// Cells narrower than this have no room for their number.
const ROOM_FOR_NUMBER: i32 = 40;
/// The strongest cell lets the page shine through, so that its number stays readable.
const STRONGEST: f64 = 0.75;

/// A cell per number: blue above zero, vermillion below, stronger the larger.
#[derive(Debug, Clone)]
pub struct HeatMap {
    /// What a row is, such as `query`.
    pub rows: String,
    /// What a column is, such as `key`.
    pub columns: String,
    /// Digits after the point in each cell.
    pub decimals: usize,
}

/// Where the cells lie; the whole drawing stands in the middle.
struct Grid {
    margin: i32,
    left: i32,
    top: i32,
    width: i32,
    height: i32,
}

impl Grid {
    fn new(table: &Table) -> Self {
        let longest =
            table.rows().iter().map(|(key, _)| ink::text_width(key)).max();
        let left = LABEL + longest.unwrap_or(0) + 8;
        let room = ink::WIDTH as i32 - left - 8;
        let columns = table.columns().len().max(1) as i32;
        let width = (room / columns).clamp(4, 76);
        let margin = ((room - width * columns) / 2).max(0);
        Self {
            margin,
            left: margin + left,
            top: 2 * LABEL,
            width,
            height: width.min(34),
        }
    }

    fn corner(&self, row: usize, column: usize) -> (i32, i32) {
        (
            self.left + self.width * column as i32,
            self.top + self.height * row as i32,
        )
    }

    fn middle(&self, row: usize, column: usize) -> (i32, i32) {
        let (x, y) = self.corner(row, column);
        (x + self.width / 2, y + self.height / 2)
    }
}

impl HeatMap {
    pub(crate) fn draw(&self, table: &Table, finding: &str) -> Result<String> {
        let (low, high) = table.range()?;
        let strongest = low.abs().max(high.abs()).max(f64::MIN_POSITIVE);
        let grid = Grid::new(table);
        let (rows, columns) = (table.rows().len(), table.columns().len());
        let bottom = grid.corner(rows, 0).1;

        svg::draw(finding, (bottom + 8) as u32, |canvas| {
            self.draw_axes(canvas, &grid, (rows, columns))?;
            for (column, name) in table.columns().iter().enumerate() {
                let at = (grid.middle(0, column).0, grid.top - LABEL / 2);
                canvas.draw(&Text::new(
                    name.clone(),
                    at,
                    ink::label(HPos::Center),
                ))?;
            }
            for (row, (key, values)) in table.rows().iter().enumerate() {
                let at = (grid.left - 8, grid.middle(row, 0).1);
                canvas.draw(&Text::new(
                    key.clone(),
                    at,
                    ink::label(HPos::Right),
                ))?;
                for (column, &value) in values.iter().enumerate() {
                    self.draw_cell(
                        canvas,
                        &grid,
                        (row, column),
                        (value, strongest),
                    )?;
                }
            }
            Ok(())
        })
    }

    /// The name of the columns above, of the rows at the left, and a frame.
    fn draw_axes(
        &self,
        canvas: &Canvas,
        grid: &Grid,
        (rows, columns): (usize, usize),
    ) -> Result<()> {
        let (right, bottom) = grid.corner(rows, columns);
        let frame = [(grid.left, grid.top), (right, bottom)];
        canvas.draw(&Rectangle::new(frame, ink::TEXT.mix(0.4)))?;
        let above = ((grid.left + right) / 2, LABEL / 2);
        canvas.draw(&Text::new(
            self.columns.clone(),
            above,
            ink::label(HPos::Center),
        ))?;
        let beside = (grid.margin + LABEL / 2, (grid.top + bottom) / 2);
        let turned = ink::label(HPos::Center).transform(FontTransform::Rotate270);
        canvas.draw(&Text::new(self.rows.clone(), beside, turned))?;
        Ok(())
    }

    fn draw_cell(
        &self,
        canvas: &Canvas,
        grid: &Grid,
        (row, column): (usize, usize),
        (value, strongest): (f64, f64),
    ) -> Result<()> {
        if value.is_nan() {
            return Ok(());
        }
        let colour = if value < 0.0 { ink::NEGATIVE } else { ink::SERIES[0] };
        // Two digits: enough for the eye, and the same on every platform.
        let strength =
            (value.abs() / strongest * STRONGEST * 100.0).round() / 100.0;
        let cell = [grid.corner(row, column), grid.corner(row + 1, column + 1)];
        canvas.draw(&Rectangle::new(cell, colour.mix(strength).filled()))?;
        if grid.width >= ROOM_FOR_NUMBER {
            let text = format!("{value:.*}", self.decimals);
            canvas.draw(&Text::new(
                text,
                grid.middle(row, column),
                ink::label(HPos::Center),
            ))?;
        }
        Ok(())
    }
}
