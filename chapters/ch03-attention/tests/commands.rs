//! The promises of chapter 3's program: what it measures, and what it refuses.

use std::process::{Command, Output};

use serde_json::Value;

fn ch03(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ch03"));
    command.args(arguments).env("OMP_NUM_THREADS", "1");
    command.output().expect("the program starts")
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

const TINY: [&str; 8] =
    ["--channels", "16", "--heads", "2", "--device", "cpu", "--batch", "2"];

#[test]
fn every_form_is_timed_in_both_precisions_and_both_passes() {
    let bench = ["bench", "--max-tokens", "64", "--rounds", "1", "--json"];
    let printed = stdout(&ch03(&[&bench[..], &TINY].concat()));
    let found: Value = serde_json::from_str(&printed).unwrap();
    let cases = found["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 2 * 2);
    for case in cases {
        for form in ["wrapper", "split", "explicit", "fused"] {
            let seconds = case["seconds"][form].as_f64().unwrap();
            assert!(seconds > 0.0 && seconds < 10.0, "{case}");
        }
    }
    // batch 2, 2 heads, 64 x 64 scores of 4 bytes
    assert_eq!(found["memory"][0]["scores_bytes"], 2 * 2 * 64 * 64 * 4);
}

#[cfg(target_os = "linux")]
#[test]
fn the_explicit_form_holds_all_scores_and_the_fused_one_does_not() {
    let pass = |form| {
        let sizes = ["--tokens", "2048", "--channels", "32", "--heads", "4"];
        let printed = stdout(&ch03(
            &[&["memory", "--json", "--form", form][..], &sizes].concat(),
        ));
        let found: Value = serde_json::from_str(&printed).unwrap();
        let part = |key: &str| found[key].as_f64().unwrap();
        part("bytes") / part("scores_bytes")
    };
    let (explicit, fused) = (pass("explicit"), pass("fused"));
    assert!(explicit > 1.5, "{explicit} times all scores");
    assert!(fused < 0.5, "{fused} times all scores");
}

#[test]
fn heads_that_do_not_share_the_channels_evenly_are_named() {
    let output = ch03(&["memory", "--channels", "10", "--heads", "3"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("10 channels can't be split evenly over 3 heads"),
        "{said}"
    );
}

#[test]
fn the_seed_may_stand_before_or_after_the_step() {
    let [before, after, other] = [
        &["--seed", "1", "causal"][..],
        &["causal", "--seed", "1"],
        &["causal", "--seed", "2"],
    ]
    .map(|arguments| stdout(&ch03(arguments)));
    assert_eq!(before, after);
    assert_ne!(before, other);
}
