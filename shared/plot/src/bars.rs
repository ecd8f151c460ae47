//! Horizontal bars, each with its number.

use anyhow::Result;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use crate::svg::Canvas;
use crate::{Table, ink, legend, svg};

const BAR: i32 = 20;
const GAP: i32 = 12;
/// Room for the number beside a bar.
const NUMBER: i32 = 76;

/// A group of bars per row, a bar per column.
#[derive(Debug, Clone)]
pub struct Bars {
    /// What the bars measure, with its unit.
    pub value: String,
}

/// Where a value lies on the canvas.
struct Ruler {
    left: i32,
    width: f64,
    low: f64,
    high: f64,
}

impl Ruler {
    fn new(table: &Table) -> Result<Self> {
        let (low, high) = table.range()?;
        let (low, high) = (low.min(0.0), high.max(0.0));
        let longest =
            table.rows().iter().map(|(key, _)| ink::text_width(key)).max();
        let below = if low < 0.0 { NUMBER } else { 0 };
        let left = longest.unwrap_or(0) + GAP + below;
        let width = f64::from((ink::WIDTH as i32 - left - NUMBER).max(100));
        Ok(Self { left, width, low, high })
    }

    fn x(&self, value: f64) -> i32 {
        let length = (self.high - self.low).max(f64::MIN_POSITIVE);
        self.left + ((value - self.low) / length * self.width).round() as i32
    }
}

impl Bars {
    pub(crate) fn draw(&self, table: &Table, finding: &str) -> Result<String> {
        let columns = table.columns();
        legend::check_count(columns.len())?;
        let ruler = Ruler::new(table)?;
        let top = if columns.len() > 1 { legend::HEIGHT as i32 } else { 0 };
        let group = BAR * columns.len() as i32 + GAP;
        let bottom = top + GAP + group * table.rows().len() as i32;

        svg::draw(finding, (bottom + 32) as u32, |canvas| {
            if top > 0 {
                legend::draw(canvas, ruler.x(0.0), columns)?;
            }
            for (index, row) in table.rows().iter().enumerate() {
                draw_group(canvas, &ruler, top + GAP + group * index as i32, row)?;
            }
            let zero = ruler.x(0.0);
            let axis = [(zero, top), (zero, bottom)];
            canvas.draw(&PathElement::new(axis, ink::TEXT.mix(0.6)))?;
            let middle = (ruler.left + ruler.width as i32 / 2, bottom + 16);
            canvas.draw(&Text::new(
                self.value.clone(),
                middle,
                ink::label(HPos::Center),
            ))?;
            Ok(())
        })
    }
}

fn draw_group(
    canvas: &Canvas,
    ruler: &Ruler,
    top: i32,
    (key, values): &(String, Vec<f64>),
) -> Result<()> {
    let middle = top + BAR * values.len() as i32 / 2;
    let right =
        ruler.x(ruler.low) - GAP / 2 - if ruler.low < 0.0 { NUMBER } else { 0 };
    canvas.draw(&Text::new(
        key.clone(),
        (right, middle),
        ink::label(HPos::Right),
    ))?;
    for (series, &value) in
        values.iter().enumerate().filter(|(_, value)| !value.is_nan())
    {
        let y = top + BAR * series as i32;
        let (zero, end) = (ruler.x(0.0), ruler.x(value));
        let corners = [(zero.min(end), y + 1), (zero.max(end), y + BAR - 1)];
        canvas.draw(&Rectangle::new(corners, ink::SERIES[series].filled()))?;
        let (side, anchor) =
            if value < 0.0 { (-6, HPos::Right) } else { (6, HPos::Left) };
        let at = (ruler.x(value) + side, y + BAR / 2);
        canvas.draw(&Text::new(ink::number(value), at, ink::label(anchor)))?;
    }
    Ok(())
}
