//! The book's figures to play with, in a real browser: moved as a reader moves them.
//!
//! Where there is no Chromium or Chrome the test says so and ends.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Moves every control and writes down what each figure then says of itself.
const SCRIPT: &str = r##"
addEventListener("load", () => {
  const lines = [];
  const set = (name, value) => {
    const input = document.querySelector(`[data-try=${name}] input[type=range]`);
    input.value = value;
    input.dispatchEvent(new Event("input"));
  };
  const says = (name) => {
    const images = [...document.querySelectorAll(`[data-try=${name}] svg`)];
    lines.push(name + ": " + images.map((image) => image.getAttribute("aria-label")).join(" | "));
  };
  for (const t of [0.1, 1, 3]) { set("temperature", t); says("temperature"); }
  for (const power of [1, 6, 10]) { set("scale", power); says("scale"); }
  set("waves", 20); says("waves");
  const future = () => lines.push(document.querySelector("[data-try=mask] p").textContent);
  set("mask", 4); future();
  document.querySelector("[data-try=mask] input[type=checkbox]").click(); future();
  const unnamed = [...document.querySelectorAll("input")].filter((input) => !input.closest("label"));
  lines.push("controls without a name: " + unnamed.length);
  document.body.append(Object.assign(document.createElement("pre"), { textContent: lines.join("\n") }));
});
"##;

fn browser() -> Option<std::path::PathBuf> {
    ["chromium", "chromium-browser", "google-chrome"]
        .iter()
        .find_map(|name| which::which(name).ok())
}

/// The share that softmax with temperature `t` gives the first score.
fn first_share(scores: &[f64], t: f64) -> f64 {
    let powers: Vec<f64> = scores.iter().map(|score| (score / t).exp()).collect();
    powers[0] / powers.iter().sum::<f64>()
}

#[test]
fn figures_to_play_with_follow_their_controls() {
    let Some(browser) = browser() else {
        eprintln!("no Chromium or Chrome here: nothing was tested");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../book/theme/interactive.js");
    fs::copy(script, folder.path().join("interactive.js")).unwrap();
    let places = ["temperature", "scale", "mask", "waves"].map(|name| {
        format!("<div class=try data-try={name}>{name} without scripts</div>")
    });
    let page = folder.path().join("page.html");
    let html = format!(
        "<!doctype html><meta charset=utf-8>{}<script src=interactive.js></script><script>{SCRIPT}</script>",
        places.concat()
    );
    fs::write(&page, html).unwrap();
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"])
        .arg("--virtual-time-budget=2000")
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg(format!("file://{}", page.display()))
        .output()
        .unwrap();
    let dom = String::from_utf8(output.stdout).unwrap();
    let Some((_, said)) = dom.split_once("<pre>") else { panic!("{dom}") };

    let scores = [4.2, 3.6, 3.1, 1.9, 1.2, -0.8];
    for t in [0.1, 1.0, 3.0] {
        let share = (100.0 * first_share(&scores, t)).round();
        let line = format!("At temperature {t:.1} night has {share} %");
        assert!(said.contains(&line), "{line}\n{said}");
    }
    let scale: Vec<&str> =
        said.lines().filter(|line| line.starts_with("scale")).collect();
    assert_eq!(scale.len(), 3, "{said}");
    let last = scale[2]; // 1,024 channels: one key takes all, unless the scores are divided
    assert!(
        last.contains("softmax(q · k): the largest of 8 weights is 100 %"),
        "{last}"
    );
    assert!(last.matches("100 %").count() == 1, "{last}");
    assert!(
        said.contains("How alike place 20 is to all places: 1 at itself"),
        "{said}"
    );
    assert!(
        said.contains("The future gets 0.0 % of the weight of “her”."),
        "{said}"
    );
    assert!(
        said.contains("The future gets 25 % of the weight of “her”."),
        "{said}"
    );
    assert!(said.contains("controls without a name: 0"), "{said}");
    assert!(!said.contains("without scripts"), "{said}");
}
