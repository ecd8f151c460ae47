//! Lines over numbers, on linear or logarithmic axes.

use anyhow::{Context, Result, ensure};
use plotters::coord::ranged1d::{AsRangedCoord, Ranged, ValueFormatter};
use plotters::prelude::*;

use crate::svg::Canvas;
use crate::{Table, ink, legend, svg};

const HEIGHT: u32 = 400;
/// Room for the numbers and the name of the y axis.
const LEFT: i32 = 72;
/// About how many marks a line carries.
const MARKS: usize = 8;

/// How numbers are spread along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Equal steps add the same amount.
    Linear,
    /// Equal steps multiply by the same factor.
    Log,
}

/// An axis: what it measures and how it is spread.
#[derive(Debug, Clone)]
pub struct Axis {
    /// What is measured, with its unit.
    pub label: String,
    /// How the numbers are spread.
    pub scale: Scale,
}

impl Axis {
    /// An axis in equal steps.
    pub fn linear(label: impl Into<String>) -> Self {
        Self { label: label.into(), scale: Scale::Linear }
    }

    /// An axis in equal factors.
    pub fn log(label: impl Into<String>) -> Self {
        Self { label: label.into(), scale: Scale::Log }
    }

    /// A number as it stands along the axis. On a logarithmic one only those that begin with 1,
    /// 2 or 5 are written: the others crowd.
    fn written(&self, value: f64) -> String {
        let first = value / 10f64.powf(value.abs().log10().floor());
        let crowds = ![1.0, 2.0, 5.0].iter().any(|it| (first - it).abs() < 0.01);
        match self.scale {
            Scale::Log if crowds => String::new(),
            _ => ink::number(value),
        }
    }

    /// The stretch of the axis that holds `low..=high`, with a little room.
    fn stretch(
        &self,
        low: f64,
        high: f64,
        room: f64,
    ) -> Result<std::ops::Range<f64>> {
        let log = self.scale == Scale::Log;
        let label = &self.label;
        ensure!(
            !log || low > 0.0,
            "{label}: {low} has no place on a logarithmic axis"
        );
        let [a, b] = if log { [low.ln(), high.ln()] } else { [low, high] };
        let room = if a == b { 0.5 } else { (b - a) * room };
        let [a, b] = [a - room, b + room];
        Ok(if log { a.exp()..b.exp() } else { a..b })
    }
}

/// A line per column; the rows' keys are the x.
#[derive(Debug, Clone)]
pub struct Lines {
    /// The axis of the rows' keys.
    pub x: Axis,
    /// The axis of all columns.
    pub y: Axis,
}

type Series = Vec<(f64, f64)>;

impl Lines {
    pub(crate) fn draw(&self, table: &Table, finding: &str) -> Result<String> {
        legend::check_count(table.columns().len())?;
        let series = series(table)?;
        let xs = || series.iter().flatten().map(|point| point.0);
        let [left, right] =
            [xs().fold(f64::MAX, f64::min), xs().fold(f64::MIN, f64::max)];
        let (low, high) = table.range()?;
        let x = self.x.stretch(left, right, 0.02)?;
        let y = self.y.stretch(low, high, 0.06)?;

        svg::draw(finding, HEIGHT, |canvas| {
            if series.len() > 1 {
                legend::draw(canvas, LEFT + 6, table.columns())?;
            }
            match (self.x.scale, self.y.scale) {
                (Scale::Linear, Scale::Linear) => self.plot(canvas, x, y, &series),
                (Scale::Log, Scale::Linear) => {
                    self.plot(canvas, x.log_scale(), y, &series)
                }
                (Scale::Linear, Scale::Log) => {
                    self.plot(canvas, x, y.log_scale(), &series)
                }
                (Scale::Log, Scale::Log) => {
                    self.plot(canvas, x.log_scale(), y.log_scale(), &series)
                }
            }
        })
    }

    fn plot<X, Y>(
        &self,
        canvas: &Canvas,
        x: X,
        y: Y,
        series: &[Series],
    ) -> Result<()>
    where
        X: AsRangedCoord<Value = f64>,
        Y: AsRangedCoord<Value = f64>,
        X::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
        Y::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
    {
        let mut chart = ChartBuilder::on(canvas)
            .margin_top(legend::HEIGHT)
            .margin_right(16)
            .x_label_area_size(48)
            .y_label_area_size(LEFT)
            .build_cartesian_2d(x, y)?;
        let text = ("sans-serif", 17, &ink::TEXT);
        chart
            .configure_mesh()
            .axis_style(ink::TEXT.mix(0.6))
            .bold_line_style(ink::TEXT.mix(0.15))
            .light_line_style(TRANSPARENT)
            .label_style(text)
            .axis_desc_style(text)
            .x_desc(&self.x.label)
            .y_desc(&self.y.label)
            .y_labels(10)
            .x_label_formatter(&|value| self.x.written(*value))
            .y_label_formatter(&|value| self.y.written(*value))
            .draw()?;
        for (index, points) in series.iter().enumerate() {
            let style = ink::SERIES[index].stroke_width(2);
            chart.draw_series(LineSeries::new(points.iter().copied(), style))?;
            let step = points.len().div_ceil(MARKS).max(1);
            for point in points.iter().step_by(step) {
                legend::mark(canvas, index, chart.backend_coord(point))?;
            }
        }
        Ok(())
    }
}

/// The points of every column; empty cells are left out.
fn series(table: &Table) -> Result<Vec<Series>> {
    let mut series = vec![Series::new(); table.columns().len()];
    for (key, values) in table.rows() {
        let x: f64 = key
            .parse()
            .with_context(|| format!("the x {key:?} is not a number"))?;
        for (points, &y) in
            series.iter_mut().zip(values).filter(|(_, y)| !y.is_nan())
        {
            points.push((x, y));
        }
    }
    Ok(series)
}
