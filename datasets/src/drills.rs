//! Questions without end: the kinds of the built-in instructions, in ever new words.
//!
//! A small model that reads 1,900 questions learns them by heart. To learn *what is asked* it has
//! to see each kind of question thousands of times, with other words each time. So every kind
//! has a maker, which puts a question and its answer together from lists of words.

mod language;
mod reading;
mod words;

use std::collections::BTreeMap;

use anyhow::Result;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::{Instruction, built_in_instructions};

/// Makes an input and its answer for a question of one kind. It gets the instruction, for some
/// ask for different things: the bigger animal, or the smaller one.
type Maker = fn(&mut ChaCha8Rng, &str) -> (String, String);

/// An endless row of questions with answers. The same seed gives the same ones.
#[derive(Debug)]
pub struct Drills {
    rng: ChaCha8Rng,
    kinds: Vec<Kind>,
}

/// A kind of question: how it is asked, and who makes it.
#[derive(Debug)]
struct Kind {
    name: &'static str,
    instructions: Vec<String>,
    make: Maker,
}

impl Drills {
    /// A row of questions of all kinds, asked in the words of the built-in instructions.
    ///
    /// # Errors
    /// None, as long as the built-in instructions are sound.
    pub fn new(seed: u64) -> Result<Self> {
        let mut asked: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for entry in built_in_instructions()? {
            let Some(kind) = entry.kind else { continue };
            let known = asked.entry(kind).or_default();
            if !known.contains(&entry.instruction) {
                known.push(entry.instruction);
            }
        }
        let makers = language::MAKERS.iter().chain(reading::MAKERS);
        let kinds = makers.map(|&(name, make)| {
            let instructions = asked.remove(name).unwrap_or_default();
            Kind { name, instructions, make }
        });
        Ok(Self { kinds: kinds.collect(), rng: ChaCha8Rng::seed_from_u64(seed) })
    }

    /// The names of all kinds.
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> {
        self.kinds.iter().map(|kind| kind.name)
    }
}

impl Iterator for Drills {
    type Item = Instruction;

    fn next(&mut self) -> Option<Instruction> {
        let kind = self.kinds.choose(&mut self.rng)?;
        let instruction = kind.instructions.choose(&mut self.rng)?.clone();
        let (input, output) = (kind.make)(&mut self.rng, &instruction);
        Some(Instruction {
            kind: Some(kind.name.to_owned()),
            instruction,
            input,
            output,
        })
    }
}

/// One of `list`.
fn pick<'a, T: ?Sized>(rng: &mut ChaCha8Rng, list: &[&'a T]) -> &'a T {
    list[rng.random_range(0..list.len())]
}
