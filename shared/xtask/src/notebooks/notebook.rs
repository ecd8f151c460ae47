//! A notebook as a file: reading, the parts the tasks look at, and writing it so that diffs stay small.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::{Map, Value, json, ser::PrettyFormatter};

/// A cell with this tag is run, but its output may differ each time (timings, say).
pub const VARIES: &str = "varies";

/// A notebook in Jupyter's format, version 4.
pub struct Notebook {
    json: Value,
}

/// One cell, borrowed from its notebook.
#[derive(Clone, Copy)]
pub struct Cell<'a> {
    /// Its place in the notebook, counting from 1 and all cells.
    pub number: usize,
    json: &'a Value,
}

impl Notebook {
    /// Reads the notebook in `path`.
    ///
    /// # Errors
    /// When the file can't be read or is not JSON.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path)
            .with_context(|| format!("can't read {}", path.display()))?;
        let json = serde_json::from_str(&text).with_context(|| {
            format!("{} is not a notebook (its JSON is broken)", path.display())
        })?;
        Ok(Self { json })
    }

    /// A notebook for the Rust kernel with code cells holding `sources`.
    pub fn of_code(sources: &[&str]) -> Self {
        let cells: Vec<Value> = sources
            .iter()
            .enumerate()
            .map(|(index, source)| {
                json!({"cell_type": "code", "id": format!("cell-{index}"), "metadata": {},
                       "execution_count": null, "outputs": [], "source": source})
            })
            .collect();
        let metadata = json!({"kernelspec": {"name": "rust", "display_name": "Rust", "language": "rust"}});
        Self {
            json: json!({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}),
        }
    }

    /// All cells in order.
    pub fn cells(&self) -> impl Iterator<Item = Cell<'_>> {
        let cells =
            self.json["cells"].as_array().map(Vec::as_slice).unwrap_or_default();
        cells
            .iter()
            .enumerate()
            .map(|(index, json)| Cell { number: index + 1, json })
    }

    /// The code cells in order.
    pub fn code_cells(&self) -> impl Iterator<Item = Cell<'_>> {
        self.cells().filter(|cell| cell.json["cell_type"] == "code")
    }

    /// The version of the format, `(4, 5)` for ours.
    pub fn format(&self) -> (u64, u64) {
        let number = |key: &str| self.json[key].as_u64().unwrap_or(0);
        (number("nbformat"), number("nbformat_minor"))
    }

    /// The name of the kernel that runs it.
    pub fn kernel(&self) -> &str {
        self.json["metadata"]["kernelspec"]["name"].as_str().unwrap_or("")
    }

    /// Removes what differs from run to run without meaning anything: times, counters that start
    /// elsewhere, one output cut into several, and what the kernel says about itself.
    pub fn normalise(&mut self) {
        self.json["metadata"] = json!({
            "kernelspec": {"display_name": "Rust", "language": "rust", "name": "rust"},
            "language_info": {"file_extension": ".rs", "name": "Rust"},
        });
        let mut count = 0;
        for cell in self.json["cells"].as_array_mut().into_iter().flatten() {
            cell["source"] = lines(&text(&cell["source"]));
            if let Some(metadata) = cell["metadata"].as_object_mut() {
                metadata.retain(|key, _| key == "tags");
            }
            if cell["cell_type"] == "code" {
                count += 1;
                cell["execution_count"] = json!(count);
                let outputs =
                    cell["outputs"].as_array().map(|all| merge(all, count));
                cell["outputs"] = Value::Array(outputs.unwrap_or_default());
            }
        }
    }

    /// Writes the notebook to `path`: to a temporary name first, then renamed.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        let temporary = path.with_extension("ipynb.part");
        fs::write(&temporary, self.to_text()?)
            .and_then(|()| fs::rename(&temporary, path))
            .with_context(|| format!("can't write {}", path.display()))
    }

    /// The file's text as Jupyter itself lays it out: keys in order, one space per level.
    fn to_text(&self) -> Result<String> {
        let mut bytes = Vec::new();
        let formatter = PrettyFormatter::with_indent(b" ");
        let mut serializer =
            serde_json::Serializer::with_formatter(&mut bytes, formatter);
        sorted(&self.json).serialize(&mut serializer)?;
        bytes.push(b'\n');
        Ok(String::from_utf8(bytes)?)
    }
}

impl<'a> Cell<'a> {
    /// The cell's identifier.
    pub fn id(&self) -> &'a str {
        self.json["id"].as_str().unwrap_or("")
    }

    /// The cell's text.
    pub fn source(&self) -> String {
        text(&self.json["source"])
    }

    /// Whether its output may differ from run to run.
    pub fn varies(&self) -> bool {
        let tags = self.json["metadata"]["tags"].as_array();
        tags.is_some_and(|tags| tags.iter().any(|tag| tag == VARIES))
    }

    /// What it printed and showed as plain text, in order.
    pub fn text(&self) -> String {
        self.outputs().iter().map(output_text).collect()
    }

    /// What it said on standard error, which a good cell never uses.
    pub fn complaint(&self) -> String {
        let stderr =
            self.outputs().iter().filter(|output| output["name"] == "stderr");
        stderr.map(|output| text(&output["text"])).collect()
    }

    /// The compile error, the timeout or the end of the kernel, as `name: value`.
    pub fn error(&self) -> Option<String> {
        let error = self
            .outputs()
            .iter()
            .find(|output| output["output_type"] == "error")?;
        let part = |key: &str| error[key].as_str().unwrap_or("").to_owned();
        let traceback: String = error["traceback"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(|line| format!("\n{line}"))
            .collect();
        Some(format!("{}: {}{traceback}", part("ename"), part("evalue")))
    }

    /// The kinds of its pictures and other rich outputs, as `image/svg+xml text/html`.
    pub fn pictures(&self) -> String {
        let mut kinds: Vec<&str> = self
            .outputs()
            .iter()
            .filter_map(|output| output["data"].as_object())
            .flat_map(Map::keys)
            .map(String::as_str)
            .filter(|kind| *kind != "text/plain")
            .collect();
        kinds.sort_unstable();
        kinds.join(" ")
    }

    /// Whether it left anything at all.
    pub fn has_outputs(&self) -> bool {
        !self.outputs().is_empty()
    }

    /// All outputs as JSON text, for searching.
    pub fn raw_outputs(&self) -> String {
        self.json["outputs"].to_string()
    }

    fn outputs(&self) -> &'a [Value] {
        self.json["outputs"].as_array().map(Vec::as_slice).unwrap_or_default()
    }
}

/// Jupyter writes a text as one string or as a list of lines.
fn text(value: &Value) -> String {
    match value {
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        other => other.as_str().unwrap_or("").to_owned(),
    }
}

fn lines(text: &str) -> Value {
    Value::Array(text.split_inclusive('\n').map(Value::from).collect())
}

fn output_text(output: &Value) -> String {
    if output["name"] == "stdout" {
        return text(&output["text"]);
    }
    let shown = text(&output["data"]["text/plain"]);
    if shown.is_empty() || shown.ends_with('\n') { shown } else { shown + "\n" }
}

/// Joins neighbouring pieces of one stream, and lays every text out as a list of lines.
fn merge(outputs: &[Value], count: usize) -> Vec<Value> {
    let mut merged: Vec<Value> = Vec::new();
    for output in outputs {
        let mut output = output.clone();
        if output["output_type"] == "stream" {
            let mut all = text(&output["text"]);
            if let Some(last) = merged.pop_if(|last| last["name"] == output["name"])
            {
                all = text(&last["text"]) + &all;
            }
            output["text"] = lines(&all);
        }
        if let Some(data) = output.get_mut("data").and_then(Value::as_object_mut) {
            for value in data.values_mut().filter(|value| value.is_string()) {
                *value = lines(&text(value));
            }
        }
        if output["output_type"] == "execute_result" {
            output["execution_count"] = json!(count);
        }
        merged.push(output);
    }
    merged
}

/// The same JSON with the keys of every object in order.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(sorted).collect(),
        Value::Object(entries) => {
            let mut keys: Vec<&String> = entries.keys().collect();
            keys.sort_unstable();
            keys.into_iter()
                .map(|key| (key.clone(), sorted(&entries[key])))
                .collect()
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Notebook;

    fn stream(name: &str, text: &str) -> serde_json::Value {
        json!({"output_type": "stream", "name": name, "text": text})
    }

    fn with_outputs(outputs: serde_json::Value) -> Notebook {
        let mut notebook = Notebook::of_code(&["a\nb"]);
        notebook.json["cells"][0]["outputs"] = outputs;
        notebook.json["cells"][0]["metadata"] =
            json!({"execution": {"start": "now"}, "tags": ["varies"]});
        notebook
    }

    #[test]
    fn normalising_joins_streams_and_drops_times() {
        let mut notebook = with_outputs(json!([
            stream("stdout", "one\n"),
            stream("stdout", "two\n")
        ]));
        notebook.normalise();
        let cell = &notebook.json["cells"][0];
        assert_eq!(
            cell["outputs"],
            json!([{"output_type": "stream", "name": "stdout", "text": ["one\n", "two\n"]}])
        );
        assert_eq!(cell["metadata"], json!({"tags": ["varies"]}));
        assert_eq!(
            (&cell["execution_count"], &cell["source"]),
            (&json!(1), &json!(["a\n", "b"]))
        );
    }

    #[test]
    fn normalising_twice_changes_nothing() {
        let mut notebook =
            with_outputs(json!([stream("stdout", "x\n"), stream("stderr", "y")]));
        notebook.normalise();
        let once = notebook.to_text().unwrap();
        notebook.normalise();
        assert_eq!(once, notebook.to_text().unwrap());
    }

    #[test]
    fn a_cell_tells_text_pictures_and_complaints_apart() {
        let notebook = with_outputs(json!([
            stream("stdout", "printed\n"),
            stream("stderr", "panicked at"),
            {"output_type": "execute_result", "data": {"text/plain": "6"}},
            {"output_type": "display_data", "data": {"text/html": "<svg/>"}},
        ]));
        let cell = notebook.code_cells().next().unwrap();
        assert_eq!(cell.text(), "printed\n6\n");
        assert_eq!(cell.pictures(), "text/html");
        assert_eq!(cell.complaint(), "panicked at");
        assert!(cell.varies() && cell.error().is_none());
    }
}
