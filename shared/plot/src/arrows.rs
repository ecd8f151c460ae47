//! Named arrows in a plane.

use anyhow::{Result, ensure};
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use crate::points::{HEIGHT, Ruler, whole};
use crate::svg::Canvas;
use crate::{Table, ink, svg};

/// Length and half the width of an arrow's head in pixels.
const HEAD: (f64, f64) = (12.0, 5.0);

/// An arrow from 0 with its name per row; the two columns are its tip. One unit is as long
/// upwards as sideways, so that lengths and angles can be compared by eye.
#[derive(Debug, Clone)]
pub struct Arrows;

impl Arrows {
    pub(crate) fn draw(&self, table: &Table, finding: &str) -> Result<String> {
        ensure!(table.columns().len() == 2, "an arrow has two numbers, x and y");
        table.range()?; // finite numbers, and at least one
        let tips: Vec<_> =
            table.rows().iter().filter(|(_, row)| whole(row)).collect();
        let origin = vec![0.0, 0.0];
        let ruler = Ruler::new(tips.iter().map(|(_, tip)| tip).chain([&origin]));
        svg::draw(finding, HEIGHT, |canvas| {
            for (name, tip) in &tips {
                let ((x, y), zero) = (ruler.place(tip), ruler.place(&origin));
                draw_arrow(canvas, zero, (x, y))?;
                // Where the arrow comes from the right, from above, its name stands below.
                let down = if x < zero.0 && y > zero.1 { 14 } else { 0 };
                let style = ink::label(HPos::Left);
                canvas.draw(&Text::new(name.clone(), (x + 8, y + down), style))?;
            }
            Ok(())
        })
    }
}

fn draw_arrow(canvas: &Canvas, from: (i32, i32), to: (i32, i32)) -> Result<()> {
    let line = ink::SERIES[0].stroke_width(2);
    canvas.draw(&PathElement::new([from, to], line))?;
    let (dx, dy) = (f64::from(to.0 - from.0), f64::from(to.1 - from.1));
    let length = (dx * dx + dy * dy).sqrt().max(1.0);
    let (along, across) = (HEAD.0 / length, HEAD.1 / length);
    let corner = |side: f64| {
        let x = dx * along + side * dy * across;
        let y = dy * along - side * dx * across;
        (to.0 - x.round() as i32, to.1 - y.round() as i32)
    };
    let head = [to, corner(1.0), corner(-1.0)];
    canvas.draw(&Polygon::new(head, ink::SERIES[0].filled()))?;
    Ok(())
}
