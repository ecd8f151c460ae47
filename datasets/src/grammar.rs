//! A grammar that tells small stories: any number of them, the same ones for the same seed.
//!
//! | module | what it holds |
//! |---|---|
//! | [`template`] | sentences with gaps |
//! | [`lexicon`] | lists and tables of words |
//! | [`plot`] | what happens, beat by beat |
//! | [`teller`] | filling the gaps so that a story agrees with itself |
//! | [`polish`] | a or an, capitals |
//!
//! The words are in `words.txt` and the plots in `plots/`: text, so that new ones need no Rust.

pub mod lexicon;
pub mod plot;
pub mod polish;
pub mod teller;
pub mod template;

use std::sync::LazyLock;

use anyhow::{Context, Result};
use rand::SeedableRng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

use lexicon::Lexicon;
use plot::Plot;
use teller::Teller;

/// An endless supply of stories; the same seed tells the same ones in the same order.
///
/// ```
/// let first: Vec<String> = datasets::stories::Grammar::new(1).take(2).collect();
/// let again: Vec<String> = datasets::stories::Grammar::new(1).take(2).collect();
/// assert_eq!(first, again);
/// ```
#[derive(Debug, Clone)]
pub struct Grammar {
    rng: ChaCha8Rng,
}

impl Grammar {
    /// A grammar that tells the stories of `seed`.
    pub fn new(seed: u64) -> Self {
        Self { rng: ChaCha8Rng::seed_from_u64(seed) }
    }

    /// The names of the plots.
    pub fn plots() -> Vec<&'static str> {
        LIBRARY.plots.iter().map(|plot| plot.name).collect()
    }

    /// The next story of the plot in `plots/NAME.txt`, or `None` when there is no such plot.
    pub fn tell(&mut self, name: &str) -> Option<String> {
        let plot = LIBRARY.plots.iter().find(|plot| plot.name == name)?;
        Some(Teller::new(&LIBRARY.lexicon, &mut self.rng).tell(plot))
    }
}

impl Iterator for Grammar {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let plot = LIBRARY.plots.choose(&mut self.rng)?;
        Some(Teller::new(&LIBRARY.lexicon, &mut self.rng).tell(plot))
    }
}

/// The words and the plots, parsed.
struct Library {
    lexicon: Lexicon,
    plots: Vec<Plot>,
}

static LIBRARY: LazyLock<Library> = LazyLock::new(|| {
    load().expect("the grammar's files are compiled in, and a test reads them")
});

macro_rules! plots {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("grammar/plots/", $name, ".txt")))),*]
    };
}

fn load() -> Result<Library> {
    let sources = plots![
        "afraid",
        "broken",
        "chore",
        "contest",
        "fog",
        "garden",
        "gift",
        "honest",
        "learn",
        "lost",
        "make",
        "new_friend",
        "noise",
        "quarrel",
        "rescue",
        "share",
        "small_help",
    ];
    let lexicon =
        Lexicon::parse(include_str!("grammar/words.txt")).context("words.txt")?;
    let plots = sources
        .iter()
        .map(|(name, source)| Plot::parse(name, source).context(*name));
    Ok(Library { lexicon, plots: plots.collect::<Result<_>>()? })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::lexicon::World;
    use super::template::{Piece, Template};
    use super::*;

    /// The slots that every story has, whatever its plot.
    const CAST: &str = "hero hero.kind he him his himself elder elder.girl \
        friend friend.kind friend.he friend.him friend.his friend.himself \
        other other.kind other.he other.him other.his other.himself \
        elder.he elder.him elder.his elder.himself";

    #[test]
    fn every_slot_and_list_that_a_plot_names_exists() {
        let lexicon = &LIBRARY.lexicon;
        for plot in &LIBRARY.plots {
            let mut slots: HashSet<&str> = CAST.split_whitespace().collect();
            let shared = plot.uses.iter().map(|name| &lexicon.tables[name]);
            let tables: Vec<_> = shared.chain(&plot.tables).collect();
            slots.extend(
                tables.iter().flat_map(|table| &table.slots).map(String::as_str),
            );
            let cells = tables
                .iter()
                .flat_map(|table| &table.rows)
                .flat_map(|row| &row.value);
            let tellings = plot.beats.iter().flat_map(|beat| &beat.tellings);
            for template in cells.chain(tellings.map(|telling| &telling.value)) {
                check(plot.name, template, &slots);
            }
        }
    }

    /// Looks at the lists that `template` draws from too.
    fn check(plot: &str, template: &Template, slots: &HashSet<&str>) {
        template.visit(&mut |piece| match piece {
            Piece::Slot { name, .. } => {
                assert!(slots.contains(&name[..]), "{plot}: {{{name}}}")
            }
            Piece::List(name) => {
                let list = LIBRARY.lexicon.lists.get(name);
                let list = list.unwrap_or_else(|| panic!("{plot}: <{name}>"));
                list.iter().for_each(|entry| check(plot, &entry.value, slots));
            }
            _ => {}
        });
    }

    #[test]
    fn every_beat_and_table_has_something_for_both_worlds() {
        for plot in &LIBRARY.plots {
            for world in [World::Children, World::Animals] {
                let told = |beat: &plot::Beat| {
                    beat.tellings.iter().any(|one| one.fits(world))
                };
                assert!(plot.beats.iter().all(told), "{}: {world:?}", plot.name);
                let drawn = |table: &lexicon::Table| {
                    table.rows.iter().any(|row| row.fits(world))
                };
                assert!(plot.tables.iter().all(drawn), "{}: {world:?}", plot.name);
            }
        }
    }
}
