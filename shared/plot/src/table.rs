//! The numbers behind a figure, as they stand in its CSV.

use anyhow::{Context, Result, ensure};

/// A table with a name for every row and every column of numbers.
///
/// What the key of a row means depends on the chart: the x of a line, the name of a bar, the
/// label of a row of a heat map. An empty cell (`NaN` here) is not drawn.
#[derive(Debug, Clone)]
pub struct Table {
    key: String,
    columns: Vec<String>,
    rows: Vec<(String, Vec<f64>)>,
}

impl Table {
    /// An empty table whose row names are headed `key`.
    pub fn new<S: Into<String>>(
        key: impl Into<String>,
        columns: impl IntoIterator<Item = S>,
    ) -> Self {
        let columns = columns.into_iter().map(Into::into).collect();
        Self { key: key.into(), columns, rows: Vec::new() }
    }

    /// The table with one more row.
    ///
    /// # Panics
    /// When there are not as many values as columns.
    #[must_use]
    pub fn row(
        mut self,
        key: impl Into<String>,
        values: impl IntoIterator<Item = f64>,
    ) -> Self {
        let values: Vec<f64> = values.into_iter().collect();
        assert_eq!(values.len(), self.columns.len(), "a value for every column");
        self.rows.push((key.into(), values));
        self
    }

    /// The names of the columns of numbers.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Every row's key and values.
    pub fn rows(&self) -> &[(String, Vec<f64>)] {
        &self.rows
    }

    /// The largest and the smallest number; an error when there is none.
    pub(crate) fn range(&self) -> Result<(f64, f64)> {
        let drawn =
            || self.rows.iter().flat_map(|(_, row)| row).filter(|v| !v.is_nan());
        ensure!(drawn().next().is_some(), "the table holds no numbers");
        ensure!(
            drawn().all(|v| v.is_finite()),
            "the table holds an infinite number"
        );
        let low = drawn().fold(f64::INFINITY, |a, &b| a.min(b));
        Ok((low, drawn().fold(f64::NEG_INFINITY, |a, &b| a.max(b))))
    }

    /// The table as CSV, with six digits of every number.
    ///
    /// # Errors
    /// When the CSV writer fails.
    pub fn to_csv(&self) -> Result<String> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(std::iter::once(&self.key).chain(&self.columns))?;
        for (key, values) in &self.rows {
            let cells = values.iter().map(|&value| six_digits(value));
            writer.write_record(std::iter::once(key.clone()).chain(cells))?;
        }
        let bytes = writer.into_inner().context("could not finish the CSV")?;
        Ok(String::from_utf8(bytes)?)
    }

    /// Reads what [`Table::to_csv`] wrote.
    ///
    /// # Errors
    /// When a row is too short or too long, or a cell is not a number.
    pub fn from_csv(text: &str) -> Result<Self> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers()?.clone();
        let mut table = Self::new(&header[0], header.iter().skip(1));
        for (index, record) in reader.records().enumerate() {
            let record = record?;
            let numbers =
                record.iter().skip(1).map(number).collect::<Result<Vec<_>>>();
            let values =
                numbers.with_context(|| format!("row {} of the CSV", index + 1))?;
            table = table.row(&record[0], values);
        }
        Ok(table)
    }

    /// Says where this table and `other` disagree: other names, or a number that differs by
    /// more than `tolerance` (absolute up to 1, relative above). `None` when they agree.
    pub fn difference(&self, other: &Self, tolerance: f64) -> Option<String> {
        if (&self.key, &self.columns) != (&other.key, &other.columns) {
            return Some(format!(
                "columns {:?} became {:?}",
                self.columns, other.columns
            ));
        }
        if self.rows.len() != other.rows.len() {
            return Some(format!(
                "{} rows became {}",
                self.rows.len(),
                other.rows.len()
            ));
        }
        self.rows.iter().zip(&other.rows).find_map(|((a_key, a), (b_key, b))| {
            if a_key != b_key {
                return Some(format!("row {a_key:?} became {b_key:?}"));
            }
            let apart =
                a.iter().zip(b).position(|(&a, &b)| !close(a, b, tolerance))?;
            let column = &self.columns[apart];
            Some(format!(
                "{column:?} at {a_key:?}: {} became {}",
                a[apart], b[apart]
            ))
        })
    }
}

/// Enough digits for a drawing, few enough for a quiet diff.
fn six_digits(value: f64) -> String {
    if value.is_nan() {
        return String::new();
    }
    let rounded: f64 = format!("{value:.5e}").parse().unwrap_or(value);
    (rounded + 0.0).to_string() // + 0.0 turns -0 into 0
}

fn number(cell: &str) -> Result<f64> {
    match cell {
        "" => Ok(f64::NAN),
        _ => cell.parse().with_context(|| format!("{cell:?} is not a number")),
    }
}

fn close(a: f64, b: f64, tolerance: f64) -> bool {
    (a.is_nan() && b.is_nan()) || (a - b).abs() <= tolerance * b.abs().max(1.0)
}
