//! Every rule of the book's check fires on a small broken book, and none on a good one.

use std::fs;

use tempfile::TempDir;

const SOURCE: &str = "chapters/ch03-attention/src/mask.rs";
const PAGE: &str = "book/ch03-attention/mask.md";
const CASE: &str = "chapters/ch03-attention/tests/output/mask.toml";
const SVG: &str = "book/figures/ch03/mask.svg";

/// A good book of two pages, to be broken one file at a time.
fn good() -> TempDir {
    let root = tempfile::tempdir().expect("a folder for the test");
    write(
        &root,
        "book/SUMMARY.md",
        "# Summary\n\n[A](intro.md)\n- [B](ch03-attention/mask.md)\n",
    );
    write(
        &root,
        "book/intro.md",
        "# Hello, world!\n\n## Part\n\n## Part\n\n### Own {#own .exercise}\n\n\
         [b](ch03-attention/mask.md#the-mask) [c](#part-1) [d](#own) [e](#hello-world)\n\
         [f](https://example.org) \\{{#include not.rs}}\n\n![A cat](cat.png)\n",
    );
    write(&root, "book/cat.png", "");
    write(
        &root,
        SOURCE,
        "// ANCHOR: causal\nfn causal() {}\n// ANCHOR_END: causal\n",
    );
    write(
        &root,
        CASE,
        "bin.name = \"ch03\"\nargs = [\"mask\", \"--text\", \"two words\"]\n",
    );
    write(&root, &CASE.replace(".toml", ".stdout"), "1 0\n1 1\n");
    write(&root, SVG, "<svg><title>Zeros above</title></svg>\n");
    write(&root, &SVG.replace(".svg", ".csv"), "a,b\n");
    write(&root, PAGE, PAGE_TEXT);
    root
}

const PAGE_TEXT: &str = "# The mask

**`chapters/ch03-attention/src/mask.rs`**

```rust,ignore
{{#include ../../chapters/ch03-attention/src/mask.rs:causal}}
```

```console
$ cargo run -p ch03 -- mask --text 'two words'
{{#include ../../chapters/ch03-attention/tests/output/mask.stdout}}
```

<figure>
{{#include ../figures/ch03/mask.svg}}
<figcaption>Zeros above the diagonal.</figcaption>
</figure>

```rust,ignore,wrong
let mask = past;
```
";

fn write(root: &TempDir, path: &str, text: &str) {
    let path = root.path().join(path);
    fs::create_dir_all(path.parent().expect("a folder"))
        .expect("a folder for the file");
    fs::write(path, text).expect("the file is written");
}

fn problems(root: &TempDir) -> String {
    let found = xtask::book::check(root.path());
    found.iter().map(|problem| format!("{problem}\n")).collect()
}

/// Breaks the page by a replacement; the only problem must be at `line` and say `what`.
fn page_breaks(from: &str, to: &str, line: usize, what: &str) {
    let root = good();
    assert!(PAGE_TEXT.contains(from), "the page does not hold {from:?}");
    write(&root, PAGE, &PAGE_TEXT.replace(from, to));
    fires_once(&root, &format!("{PAGE}:{line}: "), what);
}

fn fires_once(root: &TempDir, start: &str, what: &str) {
    let found = problems(root);
    let right = found
        .lines()
        .filter(|it| it.starts_with(start) && it.contains(what))
        .count();
    assert_eq!(
        (right, found.lines().count()),
        (1, 1),
        "wanted {start}…{what}, found:\n{found}"
    );
}

/// As [`page_breaks`], where other rules may fire as well.
fn page_says(from: &str, to: &str, line: usize, what: &str) {
    let root = good();
    assert!(PAGE_TEXT.contains(from), "the page does not hold {from:?}");
    write(&root, PAGE, &PAGE_TEXT.replace(from, to));
    let (found, start) = (problems(&root), format!("{PAGE}:{line}: "));
    let fired = found.lines().any(|it| it.starts_with(&start) && it.contains(what));
    assert!(fired, "wanted {start}…{what}, found:\n{found}");
}

#[test]
fn a_good_book_has_no_problems() {
    assert_eq!(problems(&good()), "");
}

#[test]
fn line_ends_of_windows_make_no_difference() {
    let root = good();
    write(&root, PAGE, &PAGE_TEXT.replace('\n', "\r\n"));
    assert_eq!(problems(&root), "");
}

#[test]
fn an_include_of_a_missing_file_is_found() {
    page_says("src/mask.rs:causal", "src/gone.rs:causal", 6, "which is not there");
}

#[test]
fn an_include_of_a_missing_anchor_is_found() {
    page_says("mask.rs:causal", "mask.rs:missing", 6, "has no anchor missing");
}

#[test]
fn an_include_of_an_empty_anchor_is_found() {
    let root = good();
    write(&root, SOURCE, "// ANCHOR: causal\n\n// ANCHOR_END: causal\n");
    fires_once(&root, &format!("{PAGE}:6: "), "is empty");
}

#[test]
fn an_include_by_line_number_is_found() {
    for lines in ["2", "2:3", ":3", "2:"] {
        page_says(
            "mask.rs:causal",
            &format!("mask.rs:{lines}"),
            6,
            "by line number",
        );
    }
}

#[test]
fn an_include_that_hides_code_or_is_misspelt_is_found() {
    page_breaks(
        "{{#include ../../chapters/ch03-attention/src",
        "{{#rustdoc_include ../../chapters/ch03-attention/src",
        6,
        "hidden code",
    );
    page_breaks(
        "{{#include ../../chapters/ch03-attention/src",
        "{{#inlude ../../chapters/ch03-attention/src",
        6,
        "does not know `inlude`",
    );
}

#[test]
fn an_anchor_that_nobody_quotes_is_found() {
    let root = good();
    write(
        &root,
        "chapters/ch03-attention/src/b.rs",
        "// ANCHOR: b\nfn b() {}\n// ANCHOR_END: b\n",
    );
    fires_once(
        &root,
        "chapters/ch03-attention/src/b.rs:1: ",
        "no page quotes anchor b",
    );
}

#[test]
fn the_public_tests_of_an_exercise_need_no_page() {
    let root = good();
    let tests = "// ANCHOR: tests\nfn a() {}\n// ANCHOR_END: tests\n";
    write(&root, "chapters/ch03-attention/exercises/ex3_1_a.rs", tests);
    assert_eq!(problems(&root), "");
}

#[test]
fn an_anchor_without_end_or_beginning_or_a_second_time_is_found() {
    let causal = "// ANCHOR: causal\nfn causal() {}\n// ANCHOR_END: causal\n";
    let root = good();
    write(&root, SOURCE, "// ANCHOR: causal\nfn causal() {}\n");
    fires_once(&root, &format!("{SOURCE}:1: "), "has no end");
    write(&root, SOURCE, &format!("{causal}// ANCHOR_END: other\n"));
    fires_once(&root, &format!("{SOURCE}:4: "), "ends nothing");
    write(&root, SOURCE, &format!("{causal}{causal}"));
    fires_once(&root, &format!("{SOURCE}:4: "), "stands at line 1 too");
}

#[test]
fn a_link_to_a_missing_page_or_file_is_found() {
    page_breaks(
        "# The mask\n",
        "# The mask\n[x](gone.md)\n",
        2,
        "gone.md is not there",
    );
    page_breaks(
        "# The mask\n",
        "# The mask\n[x](../intro.html)\n",
        2,
        "is not there",
    );
    page_breaks(
        "# The mask\n",
        "# The mask\n<a href=\"gone.md\">x</a>\n",
        2,
        "is not there",
    );
}

#[test]
fn a_link_out_of_the_book_is_found() {
    page_breaks(
        "# The mask\n",
        "# The mask\n[x](../../README.md)\n",
        2,
        "leads out of the book",
    );
}

#[test]
fn a_link_to_a_missing_heading_is_found() {
    page_breaks(
        "# The mask\n",
        "# The mask\n[x](../intro.md#gone)\n",
        2,
        "has no heading #gone",
    );
    page_breaks(
        "# The mask\n",
        "# The mask\n[x](#gone)\n",
        2,
        "has no heading #gone",
    );
}

#[test]
fn a_heading_with_a_formula_and_no_name_is_found() {
    page_breaks("# The mask\n", "# The mask\n\n## Why $d$\n", 3, "a formula");
}

#[test]
fn a_page_outside_the_summary_and_an_entry_without_a_page_are_found() {
    let root = good();
    write(&root, "book/lost.md", "# Lost\n");
    fires_once(&root, "book/lost.md:1: ", "is not in SUMMARY.md");
    fs::remove_file(root.path().join("book/lost.md")).expect("the page is there");
    let summary = "# Summary\n\n[A](intro.md)\n- [B](ch03-attention/mask.md)\n";
    write(&root, "book/SUMMARY.md", &format!("{summary}- [C](gone.md)\n- [D]()\n"));
    fires_once(&root, "book/SUMMARY.md:5: ", "gone.md is not there");
    write(&root, "book/SUMMARY.md", &format!("{summary}- [C](intro.md)\n"));
    fires_once(&root, "book/SUMMARY.md:5: ", "listed twice");
}

#[test]
fn a_book_without_a_summary_is_found() {
    let root = good();
    fs::remove_file(root.path().join("book/SUMMARY.md"))
        .expect("the summary is there");
    fires_once(&root, "book/SUMMARY.md:1: ", "is missing");
}

#[test]
fn an_image_without_text_or_file_or_from_the_network_is_found() {
    let with = |image: &str| format!("# The mask\n\n{image}\n");
    page_breaks("# The mask\n", &with("![](../cat.png)"), 3, "has no text");
    page_breaks(
        "# The mask\n",
        &with("<img src=\"../cat.png\">"),
        3,
        "has no text",
    );
    page_breaks(
        "# The mask\n",
        &with("![A dog](dog.png)"),
        3,
        "is not in the book",
    );
    page_breaks(
        "# The mask\n",
        &with("![A dog](https://x.org/dog.png)"),
        3,
        "the network",
    );
}

#[test]
fn rust_written_by_hand_is_found() {
    page_breaks(
        "mask.rs:causal}}\n",
        "mask.rs:causal}}\nlet a = 1;\n",
        5,
        "`let a = 1;` is written by hand",
    );
    page_breaks("rust,ignore,wrong", "rust,ignore", 19, "is written by hand");
    page_breaks("```rust,ignore\n", "```rust\n", 5, "write ```rust,ignore");
}

#[test]
fn a_task_may_end_with_its_todo() {
    let root = good();
    let task = "// ANCHOR: task\nfn a() {\n// ANCHOR_END: task\n}\n";
    write(&root, "chapters/ch03-attention/exercises/ex3_1_a.rs", task);
    let quote = "\n```rust,ignore\n{{#include ../../chapters/ch03-attention/exercises/ex3_1_a.rs:task}}\n    todo!(\"Exercise 3.1\")\n}\n```\n";
    write(&root, PAGE, &format!("{PAGE_TEXT}{quote}"));
    assert_eq!(problems(&root), "");
}

#[test]
fn a_quotation_that_is_too_long_is_found() {
    let root = good();
    let body = "//\n".repeat(41);
    write(
        &root,
        SOURCE,
        &format!("// ANCHOR: causal\n{body}// ANCHOR_END: causal\n"),
    );
    fires_once(&root, &format!("{PAGE}:5: "), "quotes 41 lines");
}

#[test]
fn a_caption_that_names_another_file_or_is_not_there_is_found() {
    page_breaks(
        "**`chapters/ch03-attention/src/mask.rs`**",
        "**`chapters/x.rs`**",
        5,
        "make them agree",
    );
    page_breaks(
        "**`chapters/ch03-attention/src/mask.rs`**",
        "The mask:",
        5,
        "put **`chapters",
    );
}

#[test]
fn a_command_that_did_not_print_the_output_is_found() {
    let right = "write `$ cargo run -p ch03 -- mask --text 'two words'`";
    page_breaks("mask --text 'two words'", "mask --text two words", 11, right);
    page_breaks("-p ch03 --", "-p ch04 --", 11, right);
    page_breaks(
        "$ cargo run -p ch03 -- mask --text 'two words'\n",
        "",
        10,
        "without its command",
    );
}

#[test]
fn a_long_command_may_be_broken_over_lines() {
    let root = good();
    write(&root, PAGE, &PAGE_TEXT.replace("-- mask", "-- \\\n    mask"));
    assert_eq!(problems(&root), "");
}

#[test]
fn an_output_without_its_case_is_found() {
    let root = good();
    fs::remove_file(root.path().join(CASE)).expect("the case is there");
    fires_once(&root, &format!("{PAGE}:11: "), "write the trycmd case");
}

#[test]
fn output_written_by_hand_or_outside_a_fence_is_found() {
    let output =
        "{{#include ../../chapters/ch03-attention/tests/output/mask.stdout}}";
    page_breaks(output, "1 0", 11, "output is written by hand");
    page_breaks(
        "# The mask\n",
        &format!("# The mask\n\n{output}\n"),
        3,
        "```console fence",
    );
}

#[test]
fn a_drawing_outside_a_figure_or_without_caption_is_found() {
    page_breaks("<figure>\n", "", 14, "is not in a figure");
    page_breaks("Zeros above the diagonal.", " ", 15, "has no caption");
    page_breaks(
        "<figcaption>Zeros above the diagonal.</figcaption>\n",
        "",
        15,
        "has no caption",
    );
}

#[test]
fn a_drawing_without_title_or_numbers_or_with_a_blank_line_is_found() {
    let root = good();
    write(&root, SVG, "<svg></svg>\n");
    fires_once(&root, &format!("{PAGE}:15: "), "has no <title>");
    write(&root, SVG, "<svg>\n\n<title>Zeros</title></svg>\n");
    fires_once(&root, &format!("{PAGE}:15: "), "a blank line");
    write(&root, SVG, "<svg><title>Zeros</title></svg>\n");
    fs::remove_file(root.path().join(SVG.replace(".svg", ".csv")))
        .expect("the CSV is there");
    fires_once(&root, &format!("{PAGE}:15: "), "has no CSV");
}
