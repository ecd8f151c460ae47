//! Exercise 5.9 (15 points): a bug hunt. The wrong one is blamed.

use std::collections::BTreeMap;

/// What a run is made of, by name: `rate` is `0.001`, `precision` is `bf16`, and so on.
pub type Settings = BTreeMap<&'static str, &'static str>;

/// A published notebook wrote nonsense and its neighbour did not. Its author changed one
/// thing, then another, until the text was good, and blamed the last. It was innocent.
fn blame_wrongly(
    good: &Settings,
    bad: &Settings,
    mut learns: impl FnMut(&Settings) -> bool,
) -> Option<&'static str> {
    let mut tried = bad.clone();
    for (&name, &value) in good {
        tried.insert(name, value);
        if learns(&tried) {
            return Some(name);
        }
    }
    None
}

// ANCHOR: task
/// What two runs, of which only one learns, tell about the settings that differ. Each list is
/// in the order of the alphabet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    /// Changed alone to the good run's value, it lets the bad run learn
    pub mends: Vec<&'static str>,
    /// Changed alone to the bad run's value, it keeps the good run from learning
    pub spoils: Vec<&'static str>,
}

/// Tries the settings one at a time. Both runs have the same names. Nothing comes of it if
/// the good run does not learn, or the bad one does: then there is nothing to explain.
///
/// A run takes minutes, so none is done that can't tell anything, and none twice.
pub fn examine(
    good: &Settings,
    bad: &Settings,
    mut learns: impl FnMut(&Settings) -> bool,
) -> Option<Evidence> {
    // ANCHOR_END: task
    // SOLUTION: begin
    let mut known: BTreeMap<Settings, bool> = BTreeMap::new();
    let mut ask = |run: &Settings| {
        *known.entry(run.clone()).or_insert_with_key(|run| learns(run))
    };
    if !ask(good) || ask(bad) {
        return None;
    }
    let with = |run: &Settings, other: &Settings, name| {
        let mut changed = run.clone();
        changed.extend([(name, other[name])]);
        changed
    };
    let mut evidence = Evidence::default();
    for name in good.keys().copied().filter(|&name| good[name] != bad[name]) {
        if ask(&with(bad, good, name)) {
            evidence.mends.push(name);
        }
        if !ask(&with(good, bad, name)) {
            evidence.spoils.push(name);
        }
    }
    Some(evidence)
    // SOLUTION: end
}

/// Settings under the names `clip`, `precision`, `rate` and `seed`.
fn settings(values: [&'static str; 4]) -> Settings {
    ["clip", "precision", "rate", "seed"].into_iter().zip(values).collect()
}

const GOOD: [&str; 4] = ["1", "f32", "0.001", "1"];
const BAD: [&str; 4] = ["none", "bf16", "0.1", "2"];

/// The evidence, and how many runs it took.
fn evidence(learns: impl Fn(&Settings) -> bool) -> (Option<Evidence>, usize) {
    let mut runs = 0;
    let found = examine(&settings(GOOD), &settings(BAD), |run| {
        runs += 1;
        learns(run)
    });
    (found, runs)
}

fn both(mends: &[&'static str], spoils: &[&'static str]) -> Option<Evidence> {
    Some(Evidence { mends: mends.to_vec(), spoils: spoils.to_vec() })
}

// ANCHOR: tests
#[test]
fn one_culprit_mends_and_spoils_and_the_faulty_search_blames_another() {
    // Clipping saves the run, and nothing else does.
    let learns = |run: &Settings| run["clip"] == "1";
    assert_eq!(evidence(learns).0, both(&["clip"], &["clip"]));
    // Here it is one of the two that the notebook changed first.
    let needs = |run: &Settings| run["precision"] == "f32" && run["clip"] == "1";
    let blamed = blame_wrongly(&settings(GOOD), &settings(BAD), needs);
    assert_eq!(blamed, Some("precision"));
    assert_eq!(evidence(needs).0, both(&[], &["clip", "precision"]));
}

#[test]
fn two_that_do_harm_only_together_mend_alone() {
    let learns =
        |run: &Settings| run["rate"] != "0.1" || run["precision"] != "bf16";
    assert_eq!(evidence(learns).0, both(&["precision", "rate"], &[]));
}

#[test]
fn where_nothing_is_to_be_explained_there_is_no_evidence() {
    assert_eq!(evidence(|_| true).0, None);
    assert_eq!(evidence(|_| false).0, None);
    assert_eq!(evidence(|run| run["seed"] == "2").0, None);
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn no_run_is_done_twice_and_none_that_tells_nothing() {
    let learns = |run: &Settings| run["rate"] == "0.001";
    let (_, runs) = evidence(learns);
    assert_eq!(runs, 2 + 2 * 4);
    assert_eq!(evidence(|_| true).1, 2, "the good run and the bad one");
    let (_, runs) = evidence(|_| false);
    assert!(runs <= 2, "{runs}");
    let alike = settings(["1", "f32", "0.1", "1"]);
    let mut runs = Vec::new();
    let found = examine(&settings(GOOD), &alike, |run| {
        runs.push(run.clone());
        learns(run)
    });
    assert_eq!(found, both(&["rate"], &["rate"]));
    assert_eq!(runs.len(), 2, "only the rate differs: two runs tell it all");
}

#[test]
fn of_two_that_differ_each_changed_alone_is_one_run() {
    let other = settings(["1", "bf16", "0.1", "1"]);
    let mut runs = Vec::new();
    let found = examine(&settings(GOOD), &other, |run| {
        runs.push(run.clone());
        run["rate"] == "0.001" && run["precision"] == "f32"
    });
    assert_eq!(found, both(&[], &["precision", "rate"]));
    assert_eq!(runs.len(), 4, "{runs:?}");
}

#[test]
fn every_change_is_made_alone() {
    let (good, bad) = (settings(GOOD), settings(BAD));
    let mut furthest = 0;
    examine(&good, &bad, |run| {
        let apart = |other: &Settings| {
            run.iter().filter(|&(name, value)| other[name] != *value).count()
        };
        furthest = furthest.max(apart(&good).min(apart(&bad)));
        *run == good
    });
    assert_eq!(furthest, 1);
}

#[test]
fn what_is_the_same_in_both_is_never_blamed() {
    let bad = settings(["1", "bf16", "0.001", "2"]);
    let learns = |run: &Settings| run["seed"] == "1";
    let found = examine(&settings(GOOD), &bad, learns);
    assert_eq!(found, both(&["seed"], &["seed"]));
}
// HIDDEN: end
