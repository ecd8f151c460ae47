//! A table as it is printed, and written for the book's figures.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

/// A name and numbers in each row.
pub(super) struct Table {
    /// The file name without its ending
    pub name: &'static str,
    /// The names of the columns, with commas between
    pub header: String,
    pub rows: Vec<(String, Vec<f64>)>,
}

/// A row for each of `results`: its `name`, and what stands under `keys`.
pub(super) fn rows(results: &Value, keys: &[&str]) -> Vec<(String, Vec<f64>)> {
    let row = |result: &Value| {
        let numbers = keys.iter().map(|&key| number(&result[key]));
        (name(&result["name"]), numbers.collect())
    };
    list(results).iter().map(row).collect()
}

pub(super) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

pub(super) fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

pub(super) fn name(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_string()
}

/// Three digits that count, and no more than four after the point; nothing for what is unknown.
fn rounded(number: f64) -> String {
    if number.is_nan() {
        return String::new();
    }
    let places = (2.0 - number.abs().log10().floor()).clamp(0.0, 4.0);
    format!("{number:.*}", places as usize)
}

impl Table {
    fn lines(&self) -> impl Iterator<Item = Vec<String>> {
        let header = self.header.split(',').map(String::from).collect();
        let rows = self.rows.iter().map(|(name, numbers)| {
            let numbers = numbers.iter().map(|&number| rounded(number));
            std::iter::once(name.clone()).chain(numbers).collect()
        });
        std::iter::once(header).chain(rows)
    }

    pub fn to_text(&self) -> String {
        let line = |cells: Vec<String>| {
            let (name, numbers) =
                cells.split_first().expect("every row has a name");
            let numbers: String =
                numbers.iter().map(|cell| format!("{cell:>18}")).collect();
            format!("{name:<18}{numbers}\n")
        };
        self.lines().map(line).collect()
    }

    pub fn write(&self, folder: &Path) -> Result<()> {
        let path = folder.join(self.name).with_extension("csv");
        let csv: String =
            self.lines().map(|cells| cells.join(",") + "\n").collect();
        fs::write(&path, csv)
            .with_context(|| format!("can't write {}", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_three_digits() {
        assert_eq!(rounded(1990.4), "1990");
        assert_eq!(rounded(116.02), "116");
        assert_eq!(rounded(20.98), "21.0");
        assert_eq!(rounded(1.2251), "1.23");
        assert_eq!(rounded(0.06831), "0.0683");
        assert_eq!(rounded(f64::NAN), "");
    }

    #[test]
    fn results_become_rows_of_a_table() {
        let results = serde_json::json!([
            {"name": "naive", "seconds": 116.021},
            {"name": "parallel", "seconds": 0.0683},
        ]);
        let rows = rows(&results, &["seconds"]);
        let table = Table { name: "t", header: "rung,seconds".into(), rows };
        let folder = tempfile::tempdir().unwrap();
        table.write(folder.path()).unwrap();
        let csv = fs::read_to_string(folder.path().join("t.csv")).unwrap();
        assert_eq!(csv, "rung,seconds\nnaive,116\nparallel,0.0683\n");
    }
}
