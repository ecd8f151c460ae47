//! The doctor's report.

use xtask::doctor::{Check, render};

#[test]
fn what_is_missing_comes_with_the_command_that_mends_it() {
    let report = [
        Check::good("Rust", "1.95.0"),
        Check::broken("libtorch", "not set up yet", "cargo xtask setup"),
        Check::optional("mdbook", "not installed yet", "cargo xtask book build"),
    ];
    let text = render(&report);
    assert!(text.contains("ok  Rust      1.95.0"), "{text}");
    assert!(text.contains("!!  libtorch  not set up yet"), "{text}");
    assert!(text.contains("  libtorch: cargo xtask setup\n"), "{text}");
    assert!(text.contains("  mdbook: cargo xtask book build\n"), "{text}");
    assert!(!text.contains("Everything that is needed"), "{text}");
}

#[test]
fn what_is_optional_is_no_fault() {
    let report = [Check::optional(
        "CUDA",
        "a GPU, but a CPU libtorch",
        "cargo xtask setup --cuda",
    )];
    assert!(render(&report).contains("Everything that is needed is there."));
}
