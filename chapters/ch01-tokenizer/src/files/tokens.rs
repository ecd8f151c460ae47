//! The map from tokens to ids that is in two of the forms.

use std::collections::{HashMap, HashSet};
use std::fmt;

use anyhow::{Context, Result, ensure};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use super::letters::{bytes, letters};
use crate::{Tokenizer, Vocabulary};

/// Tokens, written as [letters], and their ids.
#[derive(Default)]
pub struct Tokens {
    list: Vec<(String, u32)>,
    ids: HashMap<String, u32>,
}

impl Tokens {
    /// The tokens of `tokenizer` in the order of their ids; the special ones, if wanted, as they
    /// are.
    pub fn of(tokenizer: &Tokenizer, with_special: bool) -> Result<Self> {
        let entries = tokenizer.vocabulary().entries();
        let mut list: Vec<_> =
            entries.map(|(id, token)| (letters(token), id)).collect();
        if with_special {
            list.extend(tokenizer.special().iter().cloned());
        }
        list.sort_by_key(|&(_, id)| id);
        let mut texts = HashSet::new();
        for (text, _) in &list {
            ensure!(
                texts.insert(text),
                "the token {text:?} would be there twice, once as a special one"
            );
        }
        Ok(Self { list, ids: HashMap::new() })
    }

    /// The id of a token.
    pub fn id(&self, text: &str) -> Option<u32> {
        self.ids.get(text).copied()
    }

    /// Takes the tokens out that are special.
    pub fn take(
        &mut self,
        is_special: impl Fn(&str) -> bool,
    ) -> Vec<(String, u32)> {
        self.list.extract_if(.., |(text, _)| is_special(text)).collect()
    }

    /// The tokens of more than one letter.
    pub fn longer(&self) -> impl Iterator<Item = &str> {
        let texts = self.list.iter().map(|(text, _)| text.as_str());
        texts.filter(|text| text.chars().nth(1).is_some())
    }

    /// The vocabulary in which the listed pairs merge.
    ///
    /// Where every longer token has its one merge, this is a vocabulary as rank files have it,
    /// and a piece that is a token needs no merging.
    pub fn vocabulary(&self, merges: &Merges) -> Result<Vocabulary> {
        let token = |(text, id): &(String, u32)| Ok((bytes(text)?, *id));
        let tokens: Result<Vec<_>> = self.list.iter().map(token).collect();
        let listed = Vocabulary::with_merges(tokens?, &merges.pairs)?;

        let made = listed.merges();
        let single = (0..=u8::MAX).map(|byte| listed.byte(byte));
        let order = single.chain(made.iter().map(|&(_, _, id)| id));
        let token = |id| Some((listed.bytes(id)?.to_vec(), id));
        match Vocabulary::with_ids(order.filter_map(token).collect()) {
            Ok(ranked)
                if ranked.len() == listed.len() && ranked.merges() == made =>
            {
                Ok(ranked)
            }
            _ => Ok(listed),
        }
    }
}

/// Merges as they are read, as pairs of ids.
#[derive(Default)]
pub struct Merges {
    pairs: Vec<(u32, u32)>,
    seen: HashSet<(u32, u32)>,
}

impl Merges {
    /// Adds the merge of two tokens whose union is a token.
    pub fn push(&mut self, tokens: &Tokens, left: &str, right: &str) -> Result<()> {
        let id = |text: &str| {
            tokens.id(text).with_context(|| format!("{text:?} is no token"))
        };
        id(&format!("{left}{right}"))?;
        let pair = (id(left)?, id(right)?);
        let is_new = self.seen.insert(pair);
        ensure!(is_new, "{:?} is there twice", format!("{left} {right}"));
        self.pairs.push(pair);
        Ok(())
    }
}

impl Serialize for Tokens {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.list.iter().map(|(text, id)| (text, id)))
    }
}

impl<'de> Deserialize<'de> for Tokens {
    fn deserialize<D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Reader)
    }
}

/// Reads a map and complains, while the parser still knows the line, about a token or an id that
/// is there twice.
struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Tokens;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a map from tokens to ids")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tokens, A::Error> {
        let mut tokens = Tokens::default();
        let mut taken = HashSet::new();
        while let Some((text, id)) = map.next_entry::<String, u32>()? {
            if !taken.insert(id) {
                return Err(Error::custom(format!("id {id} is given twice")));
            }
            if tokens.ids.insert(text.clone(), id).is_some() {
                return Err(Error::custom(format!(
                    "token {text:?} is there twice"
                )));
            }
            tokens.list.push((text, id));
        }
        Ok(tokens)
    }
}
