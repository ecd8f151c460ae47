//! Named arrows in space.

use anyhow::{Result, ensure};
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use crate::svg::Canvas;
use crate::{Table, ink, legend, svg};

const HEIGHT: u32 = 480;
const MARGIN: i32 = 32;
/// Room for a name at the right edge.
const NAME: i32 = 72;
/// Names closer than this would be written over each other.
const LINE: i32 = 16;

/// An arrow with its name per row, from 0 to the place that the three columns give. Seen from
/// in front, somewhat from the side and from above, without perspective: what is parallel stays
/// so. A thin line joins each tip with the floor below or above it.
#[derive(Debug, Clone)]
pub struct Space;

type Place = [f64; 3];

/// From a place in space to the canvas.
struct View {
    scale: f64,
    /// Of the drawing before it is scaled
    left: f64,
    top: f64,
}

/// How far the reader stands to the side of the second axis, and how far above the floor.
const TURN: f64 = 60.0;
const RISE: f64 = 20.0;

/// Right and up of a place, before it is scaled: the first axis goes to the right and a little
/// towards the reader, the second away, the third up.
fn flat([x, y, z]: Place) -> (f64, f64) {
    let (turn_sin, turn_cos) = TURN.to_radians().sin_cos();
    let (rise_sin, rise_cos) = RISE.to_radians().sin_cos();
    let away = y * turn_sin - x * turn_cos;
    (x * turn_sin + y * turn_cos, away * rise_sin + z * rise_cos)
}

impl View {
    /// A view in which all `places` fit.
    fn of(places: &[Place]) -> Self {
        let ends = |values: Vec<f64>| {
            let low = values.iter().copied().fold(f64::MAX, f64::min);
            (low, values.iter().copied().fold(f64::MIN, f64::max))
        };
        let (left, right) = ends(places.iter().map(|&it| flat(it).0).collect());
        let (bottom, top) = ends(places.iter().map(|&it| flat(it).1).collect());
        let width = f64::from(ink::WIDTH as i32 - 2 * MARGIN - NAME);
        let height = f64::from(HEIGHT as i32 - 2 * MARGIN);
        let least = f64::MIN_POSITIVE;
        let scale = (width / (right - left).max(least))
            .min(height / (top - bottom).max(least));
        let spare = width - (right - left) * scale; // half of it on each side
        Self { scale, left: left - spare / 2.0 / scale, top }
    }

    fn point(&self, place: Place) -> (i32, i32) {
        let (right, up) = flat(place);
        let x = (right - self.left) * self.scale;
        let y = (self.top - up) * self.scale;
        (MARGIN + x.round() as i32, MARGIN + y.round() as i32)
    }
}

impl Space {
    pub(crate) fn draw(&self, table: &Table, finding: &str) -> Result<String> {
        ensure!(
            table.columns().len() == 3,
            "an arrow in space has three numbers, x, y and z"
        );
        let (low, high) = table.range()?; // finite numbers, and at least one
        let (low, high) = (low.min(0.0), high.max(0.0));
        let axes = [0, 1, 2].map(|axis| {
            let end = |value| {
                let mut place = [0.0; 3];
                place[axis] = value;
                place
            };
            [end(low), end(high)]
        });
        let whole = |row: &&(String, Vec<f64>)| row.1.iter().all(|it| !it.is_nan());
        let arrows: Vec<(&str, Place)> = table
            .rows()
            .iter()
            .filter(whole)
            .map(|(name, row)| (name.as_str(), [row[0], row[1], row[2]]))
            .collect();
        let tips = arrows.iter().map(|(_, tip)| *tip);
        let view =
            View::of(&tips.chain(axes.into_iter().flatten()).collect::<Vec<_>>());
        svg::draw(finding, HEIGHT, |canvas| {
            for (name, [from, to]) in table.columns().iter().zip(axes) {
                line(
                    canvas,
                    [view.point(from), view.point(to)],
                    ink::TEXT.mix(0.6),
                )?;
                let (x, y) = view.point(to);
                let style = ink::label(HPos::Center);
                canvas.draw(&Text::new(name.clone(), (x, y - 10), style))?;
            }
            let mut names = Vec::new();
            for (name, tip) in arrows {
                let [x, y, _] = tip;
                let (foot, end) = (view.point([x, y, 0.0]), view.point(tip));
                line(canvas, [foot, end], ink::TEXT.mix(0.25))?;
                let start = view.point([0.0; 3]);
                line(canvas, [start, end], ink::SERIES[0].mix(1.0))?;
                legend::mark(canvas, 0, end)?;
                let place = free(&names, (end.0 + 8, end.1));
                names.push(place);
                let style = ink::label(HPos::Left);
                canvas.draw(&Text::new(name.to_owned(), place, style))?;
            }
            Ok(())
        })
    }
}

/// `wished`, or the next place below it where no name stands yet.
fn free(taken: &[(i32, i32)], wished: (i32, i32)) -> (i32, i32) {
    let (x, mut y) = wished;
    let near = |y: i32| {
        let close =
            |at: &&(i32, i32)| (at.0 - x).abs() < NAME && (at.1 - y).abs() < LINE;
        taken.iter().find(close)
    };
    while let Some(at) = near(y) {
        y = at.1 + LINE;
    }
    (x, y)
}

fn line(canvas: &Canvas, ends: [(i32, i32); 2], colour: RGBAColor) -> Result<()> {
    canvas.draw(&PathElement::new(ends, colour.stroke_width(2)))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_turns_space_and_neither_stretches_nor_bends_it() {
        let ends = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]].map(flat);
        let product = |f: fn((f64, f64)) -> f64| -> f64 {
            ends.iter().map(|&end| f(end)).sum()
        };
        assert!((product(|(right, _)| right * right) - 1.0).abs() < 1e-12);
        assert!((product(|(_, up)| up * up) - 1.0).abs() < 1e-12);
        assert!(product(|(right, up)| right * up).abs() < 1e-12, "a right angle");
        assert_eq!(ends[2].0, 0.0, "what stands upright is drawn upright");
    }

    #[test]
    fn all_places_are_on_the_canvas() {
        let places = [[3.0, -4.0, 0.5], [0.0, 0.0, 0.0], [-2.0, 1.0, 9.0]];
        let view = View::of(&places);
        for place in places {
            let (x, y) = view.point(place);
            assert!(
                (MARGIN..=ink::WIDTH as i32 - MARGIN - NAME).contains(&x),
                "{x}"
            );
            assert!((MARGIN..=HEIGHT as i32 - MARGIN).contains(&y), "{y}");
        }
    }

    #[test]
    fn names_of_neighbours_are_written_below_each_other() {
        let taken = [(100, 50), (100, 66)];
        assert_eq!(free(&taken, (104, 52)), (104, 82));
        assert_eq!(free(&taken, (300, 52)), (300, 52));
    }
}
