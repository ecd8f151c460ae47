//! Exercise 2.3 (5 points): a text inside a text.

// ANCHOR: task
/// How much of `a` stands in `b` too: `|A ∩ B| / |A|` (Broder 1997).
///
/// A poem that stands in a thick book is hardly like it by Jaccard, and its containment is 1.
/// Both sets are given as hashes in ascending order, each one once, as in
/// `ch02::dedup::Shingles`. Go through both together, once: don't search `b` anew for each.
///
/// The containment of an empty set is 0.
pub fn containment(a: &[u32], b: &[u32]) -> f64 {
    // ANCHOR_END: task
    // SOLUTION: begin
    let mut others = b.iter().peekable();
    let mut common = 0;
    for hash in a {
        while others.next_if(|other| *other < hash).is_some() {}
        common += u32::from(others.peek() == Some(&hash));
    }
    match a.len() {
        0 => 0.0,
        all => f64::from(common) / all as f64,
    }
    // SOLUTION: end
}

// ANCHOR: tests
#[test]
fn half_of_a_is_in_b() {
    assert_eq!(containment(&[2, 4, 6, 8], &[1, 2, 3, 8, 9]), 0.5);
    assert_eq!(containment(&[1, 2, 3, 8, 9], &[2, 4, 6, 8]), 0.4);
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn a_poem_in_a_book() {
    let book: Vec<u32> = (0..1000).map(|i| 7 * i).collect();
    assert_eq!(containment(&book[300..310], &book), 1.0);
    assert_eq!(containment(&book, &book[300..310]), 0.01);
    assert_eq!(containment(&book, &book), 1.0);
}

#[test]
fn nothing_in_common() {
    assert_eq!(containment(&[1, 3, 5], &[0, 2, 4, 6]), 0.0);
    assert_eq!(containment(&[9], &[1, 2, 3]), 0.0);
    assert_eq!(containment(&[1], &[2, 3]), 0.0);
}

#[test]
fn empty_sets() {
    assert_eq!(containment(&[], &[1, 2]), 0.0);
    assert_eq!(containment(&[1, 2], &[]), 0.0);
    assert_eq!(containment(&[], &[]), 0.0);
}

#[test]
fn the_ends_are_compared_too() {
    assert_eq!(containment(&[0, u32::MAX], &[0, 5, u32::MAX]), 1.0);
    assert_eq!(containment(&[5], &[1, 5]), 1.0);
    assert_eq!(containment(&[1], &[1, 5]), 1.0);
}

#[test]
fn it_agrees_with_a_search_for_each_hash() {
    for step in 1..12 {
        let a: Vec<u32> = (0..200).step_by(step).collect();
        let b: Vec<u32> = (0..150).step_by(3).collect();
        let common = a.iter().filter(|hash| b.contains(hash)).count();
        assert_eq!(containment(&a, &b), common as f64 / a.len() as f64);
    }
}

#[test]
fn long_sets_take_no_time() {
    let a: Vec<u32> = (0..400_000).map(|i| 2 * i).collect();
    let b: Vec<u32> = (0..400_000).map(|i| 3 * i).collect();
    let common = a.iter().filter(|&&hash| hash % 3 == 0).count();
    assert_eq!(containment(&a, &b), common as f64 / a.len() as f64);
}
// HIDDEN: end
