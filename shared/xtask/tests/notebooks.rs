//! The committed notebooks keep the rules in `notebooks::check`.

use xtask::notebooks::check;

#[test]
fn the_notebooks_keep_the_rules() {
    let breaches = check::check_all().unwrap();
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}
