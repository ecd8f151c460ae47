//! Who does what: subjects, and clauses that can be told now or in the past.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::forms::{past, third};
use super::lists::{one, raw};

/// Somebody or something that a sentence is about.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    /// `Tom`, `the ducks`, `I`
    pub name: String,
    /// he, his, him; I, my, me.
    pronouns: [&'static str; 3],
}

const HE: [&str; 3] = ["he", "his", "him"];
const SHE: [&str; 3] = ["she", "her", "her"];
const IT: [&str; 3] = ["it", "its", "it"];
const THEY: [&str; 3] = ["they", "their", "them"];
const SPEAKERS: [[&str; 3]; 6] =
    [["I", "my", "me"], ["we", "our", "us"], ["you", "your", "you"], THEY, HE, SHE];

impl Subject {
    pub(super) fn new(name: String, pronouns: [&'static str; 3]) -> Self {
        Self { name, pronouns }
    }

    pub(super) fn he(name: String) -> Self {
        Self::new(name, HE)
    }

    pub(super) fn she(name: String) -> Self {
        Self::new(name, SHE)
    }

    /// One person in the third person, mostly by name.
    pub(super) fn person(rng: &mut ChaCha8Rng) -> Self {
        let female = rng.random_bool(0.5);
        let name = match (rng.random_range(0..10), female) {
            (0..6, true) => one(rng, "girls"),
            (0..6, false) => one(rng, "boys"),
            (6, true) => one(rng, "aunt_words"),
            (6, false) => one(rng, "uncle_words"),
            (7, true) => format!("{} {}", raw(rng, "owner"), raw(rng, "kin_she")),
            (7, false) => format!("{} {}", raw(rng, "owner"), raw(rng, "kin_he")),
            (8, true) if rng.random_bool(0.3) => {
                format!("the {}", raw(rng, "females"))
            }
            (8, false) if rng.random_bool(0.3) => {
                format!("the {}", raw(rng, "males"))
            }
            (8, _) => format!("the {}", raw(rng, "roles")),
            (_, true) => adjective(rng, "females"),
            (_, false) => adjective(rng, "males"),
        };
        let name = name.replace('_', " ");
        Self::new(name, if female { SHE } else { HE })
    }

    /// Anybody who may act: a person, several, or a speaker.
    pub(super) fn any(rng: &mut ChaCha8Rng) -> Self {
        match rng.random_range(0..20) {
            0..11 => Self::person(rng),
            11..15 => Self::new(format!("the {}", raw(rng, "people_they")), THEY),
            _ => {
                let pronouns = SPEAKERS[rng.random_range(0..SPEAKERS.len())];
                Self::new(pronouns[0].to_owned(), pronouns)
            }
        }
    }

    fn animal(rng: &mut ChaCha8Rng) -> Self {
        match rng.random_range(0..6) {
            0..2 => Self::new(format!("the {}", raw(rng, "creatures_they")), THEY),
            2 => Self::new(format!("a {}", raw(rng, "animals")), IT),
            3 => Self::new(adjective(rng, "animals"), IT),
            _ => Self::new(format!("the {}", raw(rng, "animals")), IT),
        }
    }

    /// Whether the verb takes an s.
    pub(super) fn is_third(&self) -> bool {
        matches!(self.pronouns[0], "he" | "she" | "it")
    }

    /// The form of `be`, now or in the past.
    fn be(&self, in_past: bool) -> &'static str {
        match (self.pronouns[0], in_past) {
            ("I", false) => "am",
            ("I" | "he" | "she" | "it", true) => "was",
            ("he" | "she" | "it", false) => "is",
            (_, true) => "were",
            (_, false) => "are",
        }
    }

    /// Fills the slots that stand for this subject.
    pub(super) fn bind(&self, text: &str) -> String {
        let [he, his, him] = self.pronouns;
        let mut high = he.to_owned();
        if let Some(first) = high.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        text.replace("{S}", &self.name)
            .replace("{P}", &self.name)
            .replace("{he}", he)
            .replace("{He}", &high)
            .replace("{his}", his)
            .replace("{him}", him)
            .replace("{was}", self.be(true))
    }
}

fn adjective(rng: &mut ChaCha8Rng, nouns: &str) -> String {
    let adjectives =
        if nouns == "animals" { "animal_adjectives" } else { "people_adjectives" };
    format!("the {} {}", raw(rng, adjectives), raw(rng, nouns))
}

/// A subject and what it does, with the verb first and bare.
#[derive(Debug)]
pub(super) struct Clause {
    pub subject: Subject,
    pub act: String,
}

impl Clause {
    /// Something that somebody does, is or has.
    pub(super) fn any(rng: &mut ChaCha8Rng) -> Self {
        match rng.random_range(0..20) {
            0..9 => Self::with(rng, Subject::any, "acts", ""),
            9..13 => Self::with(rng, Subject::animal, "animal_acts", ""),
            13 => Self::of_thing(rng),
            14 => Self::with(rng, Subject::any, "states_of_people", "be "),
            15 => Self::with(rng, Subject::animal, "moods", "be "),
            16 => Self::with(rng, thing, "states_of_things", "be "),
            17 => Self::with(rng, Subject::any, "possessions", "have "),
            18 => Self::with(rng, thing, "thing_possessions", "have "),
            _ => Self::of_person(rng),
        }
    }

    /// Something that one person does.
    pub(super) fn of_person(rng: &mut ChaCha8Rng) -> Self {
        Self::with(rng, Subject::person, "acts", "")
    }

    fn with(
        rng: &mut ChaCha8Rng,
        who: impl Fn(&mut ChaCha8Rng) -> Subject,
        acts: &str,
        verb: &str,
    ) -> Self {
        let subject = who(rng);
        let act = format!("{verb}{}", one(rng, acts));
        Self { act: subject.bind(&act), subject }
    }

    fn of_thing(rng: &mut ChaCha8Rng) -> Self {
        let frame = one(rng, "thing_sentences");
        let (name, act) = frame.split_once('|').unwrap_or((&frame, "stop"));
        Self { subject: Subject::new(name.to_owned(), IT), act: act.to_owned() }
    }

    /// The clause as it is told now.
    pub(super) fn now(&self) -> String {
        let (verb, rest) = self.parts();
        let verb = match verb {
            "be" => self.subject.be(false).to_owned(),
            _ if self.subject.is_third() => third(verb),
            _ => verb.to_owned(),
        };
        format!("{} {verb}{rest}", self.subject.name)
    }

    /// The clause as it is told later.
    pub(super) fn past(&self) -> String {
        let (verb, rest) = self.parts();
        let verb = match verb {
            "be" => self.subject.be(true).to_owned(),
            _ => past(verb),
        };
        format!("{} {verb}{rest}", self.subject.name)
    }

    /// The verb, and what follows with its space.
    fn parts(&self) -> (&str, &str) {
        let end = self.act.find(' ').unwrap_or(self.act.len());
        self.act.split_at(end)
    }

    /// The clause as a question.
    pub(super) fn asked(&self, rng: &mut ChaCha8Rng) -> String {
        let who = &self.subject.name;
        if let ("be", rest) = self.parts() {
            return format!(
                "{} {who}{rest}?",
                self.subject.be(rng.random_bool(0.5))
            );
        }
        let act = &self.act;
        let does = if self.subject.is_third() { "does" } else { "do" };
        let helper = ["did", "can", "will", "should", "must", does, does, "did"];
        let helper = helper[rng.random_range(0..helper.len())];
        let opener = ["", "", "", "", "why ", "when ", "how often ", "why "];
        let opener = opener[rng.random_range(0..opener.len())];
        format!("{opener}{helper} {who} {act}?")
    }
}

fn thing(rng: &mut ChaCha8Rng) -> Subject {
    match rng.random_range(0..4) {
        0 => Subject::new(format!("the {}", raw(rng, "plurals")), THEY),
        1 => {
            let name =
                format!("the {} {}", raw(rng, "adjectives"), raw(rng, "things"));
            Subject::new(name.replace('_', " "), IT)
        }
        _ => Subject::new(
            format!("the {}", raw(rng, "things")).replace('_', " "),
            IT,
        ),
    }
}
