//! A figure: its name, what it shows, and how its numbers are drawn.

use anyhow::{Context, Result, ensure};

use crate::{Arrows, Bars, HeatMap, Lines, Points, Space, Table};

/// How a table becomes a drawing.
#[derive(Debug, Clone)]
pub enum Chart {
    /// A line per column over the rows' keys, which are numbers.
    Lines(Lines),
    /// A bar per number, grouped by row.
    Bars(Bars),
    /// A coloured cell per number.
    HeatMap(HeatMap),
    /// A named point per row, at the place that two columns give.
    Points(Points),
    /// A named arrow per row, to the place in space that three columns give.
    Space(Space),
    /// An arrow from 0 per row, to the place that two columns give.
    Arrows(Arrows),
}

/// A figure of the book, without its numbers.
#[derive(Debug, Clone)]
pub struct Figure {
    /// The file name without its ending.
    pub name: &'static str,
    /// What the figure shows, as a sentence: the text for readers who can't see it.
    pub finding: &'static str,
    /// How the numbers are drawn.
    pub chart: Chart,
}

impl Figure {
    /// The SVG of this figure for `table`. The same two always give the same text.
    ///
    /// # Errors
    /// When the finding is empty, or the table does not fit the chart.
    pub fn draw(&self, table: &Table) -> Result<String> {
        let Self { name, finding, chart } = self;
        ensure!(!finding.trim().is_empty(), "figure {name} has no finding");
        // What is drawn is what the CSV says, digit for digit.
        let table = &Table::from_csv(&table.to_csv()?)?;
        match chart {
            Chart::Lines(lines) => lines.draw(table, finding),
            Chart::Bars(bars) => bars.draw(table, finding),
            Chart::HeatMap(map) => map.draw(table, finding),
            Chart::Points(points) => points.draw(table, finding),
            Chart::Space(space) => space.draw(table, finding),
            Chart::Arrows(arrows) => arrows.draw(table, finding),
        }
        .with_context(|| format!("could not draw figure {name}"))
    }

    /// Shows the figure for `table` below the notebook cell that calls this, with the finding
    /// as its caption. Elsewhere it only prints HTML.
    ///
    /// # Errors
    /// As [`Figure::draw`].
    pub fn show(&self, table: &Table) -> Result<()> {
        let (svg, finding) = (self.draw(table)?, self.finding);
        // Between these two lines evcxr, the notebooks' kernel, takes what is printed for HTML.
        println!("EVCXR_BEGIN_CONTENT text/html");
        println!("<figure>{svg}<figcaption>{finding}</figcaption></figure>");
        println!("EVCXR_END_CONTENT");
        Ok(())
    }
}
