//! The promises of chapter 4's `bench`.

use std::process::{Command, Output};

use serde_json::Value;

fn bench(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ch04"));
    command.arg("bench").args(arguments).env("OMP_NUM_THREADS", "1");
    command.output().expect("the program starts")
}

#[test]
fn a_pass_is_timed_in_both_precisions() {
    let shape = ["--shape", "2x3", "--rounds", "1", "--device", "cpu", "--json"];
    let output = bench(&shape);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let cases = found["cases"].as_array().unwrap();
    let precisions: Vec<_> = cases.iter().map(|case| &case["precision"]).collect();
    assert_eq!(precisions, ["f32", "bf16"]);
    for case in cases {
        assert_eq!((&case["batch"], &case["tokens"]), (&2.into(), &3.into()));
        assert!(case["seconds"]["ours"].as_f64().unwrap() > 0.0, "{case}");
    }
}

#[test]
fn shapes_that_can_not_be_are_named() {
    let said = |shape| {
        let output = bench(&["--shape", shape, "--device", "cpu"]);
        assert!(!output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(said("4").contains("write texts x tokens, such as 4x256"));
    assert!(said("0x4").contains("write texts x tokens, such as 4x256"));
    assert!(said("1x2000").contains("2000 tokens are too many: GPT-2 sees 1024"));
}
