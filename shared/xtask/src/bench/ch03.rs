//! Chapter 3: the forms of many heads against each other and against PyTorch's, in time and
//! in memory.

use anyhow::Result;
use serde_json::Value;

use super::table::{Table, list, number};
use super::{Args, json, pytorch};
use crate::cargo;

const FORMS: [&str; 4] = ["wrapper", "split", "explicit", "fused"];
const CASES: [(&str, &str, &str); 4] = [
    ("f32 forward", "f32", "forward"),
    ("f32 with backward", "f32", "backward"),
    ("bf16 forward", "bf16", "forward"),
    ("bf16 with backward", "bf16", "backward"),
];
const MEBIBYTE: f64 = 1024.0 * 1024.0;

/// All tables of the chapter.
pub(super) fn measure(args: &Args) -> Result<Vec<Table>> {
    let mut command = cargo::with_libtorch()?;
    command.args(["run", "--release", "-q", "-p", "ch03", "--"]);
    command.args(["bench", "--json", "--device", "cpu"]);
    if args.quick {
        command.args(["--max-tokens", "256", "--rounds", "1"]);
    }
    let python = pytorch(args)?;
    if let Some(python) = &python {
        command.arg("--python").arg(python);
    }
    let found = json(command)?;
    let mut tables = vec![
        speed(&found, python.is_some()),
        passes(&found),
        memory(&found["memory"]),
    ];
    if python.is_some() {
        tables.push(peers(&found));
    }
    Ok(tables)
}

/// The cases of one precision and one pass, the shortest texts first.
fn cases<'a>(
    found: &'a Value,
    precision: &'a str,
    pass: &'a str,
) -> impl Iterator<Item = &'a Value> {
    let wanted =
        move |case: &&Value| case["precision"] == precision && case["pass"] == pass;
    list(&found["cases"]).iter().filter(wanted)
}

/// Milliseconds of a forward pass in f32, for each length.
fn speed(found: &Value, peers: bool) -> Table {
    let mut names = FORMS.to_vec();
    let mut header = FORMS.to_vec();
    if peers {
        names.push("pytorch fused");
        header.push("PyTorch's fused");
    }
    let row = |case: &Value| {
        let times = names.iter().map(|&name| 1e3 * number(&case["seconds"][name]));
        (case["tokens"].to_string(), times.collect())
    };
    Table {
        name: "speed",
        header: format!("tokens,{}", header.join(",")),
        rows: cases(found, "f32", "forward").map(row).collect(),
    }
}

/// Milliseconds on the longest texts, in both precisions, without and with gradients.
fn passes(found: &Value) -> Table {
    let rows = CASES.into_iter().filter_map(|(name, precision, pass)| {
        let case = cases(found, precision, pass).last()?;
        let times = FORMS.map(|form| 1e3 * number(&case["seconds"][form]));
        Some((name.to_string(), times.to_vec()))
    });
    Table {
        name: "passes",
        header: format!("pass,{}", FORMS.join(",")),
        rows: rows.collect(),
    }
}

/// How many times as fast as PyTorch's eager attention ours is, on the longest texts.
fn peers(found: &Value) -> Table {
    let rows = CASES.into_iter().filter_map(|(name, precision, pass)| {
        let seconds = &cases(found, precision, pass).last()?["seconds"];
        let ratio = |form: &str| {
            let theirs = number(&seconds[format!("pytorch {form}").as_str()]);
            theirs / number(&seconds[form])
        };
        Some((name.to_string(), vec![ratio("explicit"), ratio("fused")]))
    });
    Table {
        name: "peers",
        header: "pass,explicit,fused".into(),
        rows: rows.collect(),
    }
}

/// MiB of a forward pass in f32: the scores alone by arithmetic, the forms as measured.
fn memory(lengths: &Value) -> Table {
    let forms = ["wrapper", "explicit", "fused"];
    let row = |length: &Value| {
        let measured = forms.iter().map(|&form| number(&length["bytes"][form]));
        let all = std::iter::once(number(&length["scores_bytes"])).chain(measured);
        (length["tokens"].to_string(), all.map(|it| it / MEBIBYTE).collect())
    };
    Table {
        name: "memory",
        header: format!("tokens,all scores (computed),{}", forms.join(",")),
        rows: list(lengths).iter().map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found() -> Value {
        let case = |precision, pass, tokens, factor: f64| {
            json!({"precision": precision, "pass": pass, "tokens": tokens, "seconds": {
                "wrapper": 0.4 * factor, "split": 0.3 * factor, "explicit": 0.2 * factor,
                "fused": 0.1 * factor, "pytorch explicit": 0.3 * factor,
                "pytorch fused": 0.05 * factor,
            }})
        };
        json!({
            "cases": [
                case("f32", "forward", 64, 1.0), case("f32", "forward", 128, 2.0),
                case("bf16", "backward", 64, 1.0), case("bf16", "backward", 128, 3.0),
            ],
            "memory": [{"tokens": 64, "scores_bytes": 1048576, "bytes": {
                "wrapper": 2097152, "explicit": 3145728, "fused": null,
            }}],
        })
    }

    #[test]
    fn speed_has_a_row_for_each_length() {
        let table = speed(&found(), true);
        assert_eq!(
            table.header,
            "tokens,wrapper,split,explicit,fused,PyTorch's fused"
        );
        assert_eq!(table.rows[1].0, "128");
        assert_eq!(table.rows[1].1, [800.0, 600.0, 400.0, 200.0, 100.0]);
    }

    #[test]
    fn a_peer_that_takes_longer_makes_ours_more_than_once_as_fast() {
        let rows = peers(&found()).rows;
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[1].0, "bf16 with backward");
        assert!((rows[1].1[0] - 1.5).abs() < 1e-9, "{:?}", rows[1].1);
        assert!((rows[1].1[1] - 0.5).abs() < 1e-9, "{:?}", rows[1].1);
    }

    #[test]
    fn memory_that_the_system_does_not_tell_stays_empty() {
        let rows = memory(&found()["memory"]).rows;
        assert_eq!(rows[0].1[..3], [1.0, 2.0, 3.0]);
        assert!(rows[0].1[3].is_nan());
    }
}
