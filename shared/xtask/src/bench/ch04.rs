//! Chapter 4: a forward pass of GPT-2, ours and PyTorch's.

use anyhow::Result;
use serde_json::Value;

use super::table::{Table, list, number};
use super::{Args, json, pytorch};
use crate::cargo;

/// All tables of the chapter.
pub(super) fn measure(args: &Args) -> Result<Vec<Table>> {
    let mut command = cargo::with_libtorch()?;
    command.args(["run", "--release", "-q", "-p", "ch04", "--"]);
    command.args(["bench", "--json", "--device", "cpu"]);
    if args.quick {
        command.args(["--shape", "1x256", "--rounds", "1"]);
    }
    let python = pytorch(args)?;
    if let Some(python) = &python {
        command.arg("--python").arg(python);
    }
    let found = json(command)?;
    Ok(vec![forward(&found, python.is_some())])
}

/// Tokens a second for each shape and precision.
fn forward(found: &Value, peers: bool) -> Table {
    let row = |case: &Value| {
        let tokens = number(&case["batch"]) * number(&case["tokens"]);
        let rate = |name: &str| tokens / number(&case["seconds"][name]);
        let mut numbers = vec![rate("ours")];
        if peers {
            numbers.push(rate("pytorch"));
            numbers.push(rate("ours") / rate("pytorch"));
        }
        let precision = case["precision"].as_str().unwrap_or_default();
        let name = format!("{} x {} {precision}", case["batch"], case["tokens"]);
        (name, numbers)
    };
    let header = if peers { "pass,ours,PyTorch,ratio" } else { "pass,ours" };
    Table {
        name: "forward",
        header: header.into(),
        rows: list(&found["cases"]).iter().map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn seconds_become_tokens_a_second_and_a_ratio() {
        let found = json!({"cases": [{
            "batch": 4, "tokens": 256, "precision": "bf16",
            "seconds": {"ours": 0.5, "pytorch": 0.64},
        }]});
        let table = forward(&found, true);
        assert_eq!(table.rows[0].0, "4 x 256 bf16");
        assert_eq!(table.rows[0].1, [2048.0, 1600.0, 1.28]);
    }
}
