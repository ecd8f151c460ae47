//! Telling one story: who and what it is about, then its beats in order.

use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

use super::lexicon::{Entry, Lexicon, Table, World};
use super::plot::Plot;
use super::polish::{polish, push_with_capital};
use super::template::{Piece, Template};

/// Fills templates for one story.
pub struct Teller<'a> {
    lexicon: &'a Lexicon,
    rng: &'a mut ChaCha8Rng,
    world: World,
    slots: Vec<(String, String)>,
}

impl<'a> Teller<'a> {
    /// A teller without characters yet, in a world drawn at random.
    pub fn new(lexicon: &'a Lexicon, rng: &'a mut ChaCha8Rng) -> Self {
        let world =
            if rng.random_bool(0.6) { World::Children } else { World::Animals };
        Self { lexicon, rng, world, slots: Vec::with_capacity(48) }
    }

    /// Tells `plot` with new characters.
    pub fn tell(mut self, plot: &Plot) -> String {
        self.cast();
        for name in &plot.uses {
            if let Some(table) = self.lexicon.tables.get(name) {
                self.draw(table);
            }
        }
        plot.tables.iter().for_each(|table| self.draw(table));
        let mut paragraphs = vec![String::new()];
        for beat in &plot.beats {
            if beat.paragraph {
                paragraphs.push(String::new());
            }
            let telling = self.choose(&beat.tellings);
            let paragraph =
                paragraphs.last_mut().expect("there is always a first paragraph");
            if let Some(telling) = telling {
                paragraph.push(' ');
                self.write(telling, paragraph);
            }
        }
        let polished = paragraphs
            .iter()
            .map(|text| polish(text))
            .filter(|text| !text.is_empty());
        polished.collect::<Vec<_>>().join("\n\n")
    }

    /// Draws the hero, a friend, a third one and a grown-up, all with different names.
    fn cast(&mut self) {
        for role in ["hero", "friend", "other"] {
            let girl = self.rng.random_bool(0.5);
            let name = self.new_value(if girl { "girls" } else { "boys" });
            let kind = match (self.world, girl) {
                (World::Children, true) => "girl".to_string(),
                (World::Children, false) => "boy".to_string(),
                (World::Animals, _) => self.new_value("animals"),
            };
            self.bind(role, name);
            self.bind(&format!("{role}.kind"), kind);
            self.bind_pronouns(role, girl);
        }
        self.draw(&self.lexicon.tables["elder"]);
        let girl = self.value("elder.girl") == Some("yes");
        self.bind_pronouns("elder", girl);
    }

    /// An entry of the list that no slot has yet, so that no two characters are alike.
    fn new_value(&mut self, list: &str) -> String {
        loop {
            let value = self.draw_from(list);
            if !self.slots.iter().any(|(_, taken)| *taken == value) {
                return value;
            }
        }
    }

    /// The hero's pronouns are `{he}`, `{him}`, …; the others' `{friend.he}` and so on.
    fn bind_pronouns(&mut self, role: &str, girl: bool) {
        let prefix =
            if role == "hero" { String::new() } else { format!("{role}.") };
        let pronouns =
            [("he", "she"), ("him", "her"), ("his", "her"), ("himself", "herself")];
        for (his, hers) in pronouns {
            self.bind(
                &format!("{prefix}{his}"),
                if girl { hers } else { his }.to_string(),
            );
        }
    }

    fn bind(&mut self, slot: &str, value: String) {
        self.slots.push((slot.to_string(), value));
    }

    fn value(&self, slot: &str) -> Option<&str> {
        self.slots
            .iter()
            .find(|(name, _)| name == slot)
            .map(|(_, value)| value.as_str())
    }

    /// Draws a row of `table` and fills its slots.
    fn draw(&mut self, table: &Table) {
        let Some(row) = self.choose(&table.rows) else { return };
        for (slot, cell) in table.slots.iter().zip(row) {
            let value = self.fill(cell);
            self.bind(slot, value);
        }
    }

    /// One of the entries that fit this story's world.
    fn choose<'b, T>(&mut self, entries: &'b [Entry<T>]) -> Option<&'b T> {
        let fitting = entries.iter().filter(|entry| entry.fits(self.world)).count();
        if fitting == 0 {
            return None;
        }
        let index = self.rng.random_range(0..fitting as u32) as usize;
        entries
            .iter()
            .filter(|entry| entry.fits(self.world))
            .nth(index)
            .map(|entry| &entry.value)
    }

    fn draw_from(&mut self, name: &str) -> String {
        let mut out = String::new();
        self.write_list(name, &mut out);
        out
    }

    fn write_list(&mut self, name: &str, out: &mut String) {
        let lexicon = self.lexicon;
        match lexicon.lists.get(name).and_then(|entries| self.choose(entries)) {
            Some(template) => self.write(template, out),
            None => out.push_str(&format!("<{name}>")), // left to be found by the tests
        }
    }

    fn fill(&mut self, template: &Template) -> String {
        let mut out = String::new();
        self.write(template, &mut out);
        out
    }

    fn write(&mut self, template: &Template, out: &mut String) {
        for piece in &template.0 {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::List(name) => self.write_list(name, out),
                Piece::Choice(options) => {
                    if let Some(option) = options.choose(self.rng) {
                        self.write(option, out);
                    }
                }
                Piece::Slot { name, capital } => match self.value(name) {
                    Some(value) if *capital => push_with_capital(out, value),
                    Some(value) => out.push_str(value),
                    None => out.push_str(&format!("{{{name}}}")), // left to be found by the tests
                },
            }
        }
    }
}
