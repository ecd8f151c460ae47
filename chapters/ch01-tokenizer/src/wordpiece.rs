//! WordPiece: parts of words, as BERT has them.
//!
//! A part that does not begin a word is written with `##` before it: `un ##aff ##able`. Encoding
//! takes the longest known beginning of the word, then of the rest, and so on. A word that can't
//! be put together is unknown as a whole.
//!
//! Sources: Schuster and Nakajima (2012), "Japanese and Korean Voice Search"; Wu et al. (2016),
//! arXiv:1609.08144, section 4.1; Devlin et al. (2019), arXiv:1810.04805; for the cutting into
//! words, `BasicTokenizer` in the code released with BERT. Google's trainer was never released:
//! the score is the one which the Hugging Face course gives.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use anyhow::{Context, Result, ensure};
use regex::Regex;
use unicode_normalization::UnicodeNormalization;

use crate::DecodeError;

/// Stands before a part that does not begin a word.
const INSIDE: &str = "##";

/// Stands for a word that the vocabulary can't put together.
const UNKNOWN: &str = "[UNK]";

/// Longer words are unknown: the time that encoding takes grows with the square of the length.
const LONGEST: usize = 100;

/// Whether case and accents matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Case {
    /// `É`, `é` and `e` are three letters.
    #[default]
    Kept,
    /// `É`, `é` and `e` are the same: BERT's "uncased".
    Ignored,
}

/// A vocabulary of words and parts of words.
#[derive(Clone, Debug)]
pub struct WordPiece {
    tokens: Vec<String>,
    first: HashMap<String, u32>, // the parts that begin a word
    inside: HashMap<String, u32>, // the others, without their ##
    unknown: u32,
    case: Case,
}

impl WordPiece {
    /// A tokenizer with these tokens, in the order of their ids.
    ///
    /// # Errors
    /// When `[UNK]` is missing, or a token is there twice.
    pub fn new(tokens: Vec<String>, case: Case) -> Result<Self> {
        let (mut first, mut inside) = (HashMap::new(), HashMap::new());
        for (token, id) in tokens.iter().zip(0..) {
            let earlier = match token.strip_prefix(INSIDE) {
                Some(part) if !part.is_empty() => {
                    inside.insert(part.to_owned(), id)
                }
                _ => first.insert(token.clone(), id),
            };
            ensure!(earlier.is_none(), "token {token:?} is there twice");
        }
        let unknown = *first.get(UNKNOWN).context("the vocabulary lacks [UNK]")?;
        Ok(Self { tokens, first, inside, unknown, case })
    }

    /// From BERT's `vocab.txt`: one token in each line.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub fn from_lines(lines: &str, case: Case) -> Result<Self> {
        Self::new(lines.lines().map(String::from).collect(), case)
    }

    /// Learns at most `size` tokens: `[UNK]`, every letter there is, then merges.
    ///
    /// BPE joins the pair of neighbours that occurs most often. WordPiece joins the pair with
    /// the highest score
    ///
    /// ```text
    ///                    count(pair)
    /// score(pair) = ───────────────────────── ,
    ///               count(left) · count(right)
    /// ```
    ///
    /// so the two must occur together more often than each of them would suggest. Of pairs with
    /// the same score the most frequent is joined, of those the one that comes last in the
    /// alphabet. A pair that occurs once is never joined: of two rare letters, its score
    /// would be the highest of all.
    ///
    /// ```
    /// use ch01::{Case, WordPiece};
    ///
    /// let wordpiece = WordPiece::train(["hug hug hugs pug pun pun bun"], 10, Case::Kept);
    /// assert_eq!(wordpiece.tokens().join(" "), "[UNK] ##g ##n ##s ##u b h p ##ug ##un");
    /// ```
    pub fn train<'a>(
        texts: impl IntoIterator<Item = &'a str>,
        size: usize,
        case: Case,
    ) -> Self {
        let counts = count_words(texts, case);
        let alphabet: BTreeSet<String> =
            counts.keys().flat_map(|word| letters(word)).collect();
        let mut tokens = vec![UNKNOWN.to_owned()];
        tokens.extend(alphabet);
        let mut ids: HashMap<String, u32> =
            tokens.iter().cloned().zip(0..).collect();
        let mut words: Vec<Word> = counts
            .iter()
            .map(|(word, &count)| (letters(word).map(|l| ids[&l]).collect(), count))
            .collect();

        while tokens.len() < size {
            let Some(pair) = best_pair(&words, &tokens) else { break };
            let joined = join(&tokens[pair.0 as usize], &tokens[pair.1 as usize]);
            // ##a + ##bc makes the same token as ##ab + ##c.
            let id = *ids.entry(joined.clone()).or_insert_with(|| {
                tokens.push(joined);
                (tokens.len() - 1) as u32
            });
            words.iter_mut().for_each(|(word, _)| replace(word, pair, id));
        }
        Self::new(tokens, case).expect("[UNK] first, and each token once")
    }

    /// The ids of `text`.
    ///
    /// ```
    /// use ch01::{Case, WordPiece};
    ///
    /// let tokens = ["[UNK]", "un", "##aff", "##able", "##a", "!"].map(String::from);
    /// let wordpiece = WordPiece::new(tokens.into(), Case::Kept).unwrap();
    /// assert_eq!(wordpiece.encode("unaffable affable!"), [1, 2, 3, 0, 5]);
    /// ```
    pub fn encode(&self, text: &str) -> Vec<u32> {
        let words = basic_words(text, self.case);
        let parts =
            |word| self.encode_word(word).unwrap_or_else(|| vec![self.unknown]);
        words.iter().flat_map(|word| parts(word)).collect()
    }

    // ANCHOR: encode_word
    /// The longest known beginning of the word, then of the rest, until nothing is left.
    fn encode_word(&self, word: &str) -> Option<Vec<u32>> {
        if word.chars().count() > LONGEST {
            return None;
        }
        let mut ids = Vec::new();
        let mut rest = word;
        while !rest.is_empty() {
            let known = if ids.is_empty() { &self.first } else { &self.inside };
            let ends = rest.char_indices().map(|(at, c)| at + c.len_utf8());
            let mut longest_first = ends.rev();
            let (end, id) = longest_first
                .find_map(|end| Some((end, *known.get(&rest[..end])?)))?;
            ids.push(id);
            rest = &rest[end..];
        }
        Some(ids)
    }
    // ANCHOR_END: encode_word

    /// The words of `ids` with a space between them. What white space there was, and around
    /// which marks, is lost.
    ///
    /// # Errors
    /// When an id is not in the vocabulary.
    pub fn decode(&self, ids: &[u32]) -> Result<String, DecodeError> {
        let mut text = String::new();
        for &id in ids {
            let token = self.tokens.get(id as usize);
            let token = token.ok_or(DecodeError { id, size: self.tokens.len() })?;
            match token.strip_prefix(INSIDE) {
                Some(part) if !part.is_empty() => text += part,
                _ if text.is_empty() => text += token,
                _ => text.extend([" ", token]),
            }
        }
        Ok(text)
    }

    /// The tokens by id.
    pub fn tokens(&self) -> &[String] {
        &self.tokens
    }
}

/// A word as tokens, and how often the texts have it.
type Word = (Vec<u32>, u64);

/// Words and marks, each mark and each Chinese character by itself. Control characters are
/// dropped. With [`Case::Ignored`] all is in small letters without accents.
fn basic_words(text: &str, case: Case) -> Vec<String> {
    static DROPPED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"[\p{C}\x{fffd}--[\t\n\r]]").expect("a constant")
    });
    static ACCENTS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\p{Mn}").expect("a constant"));
    static WORDS: LazyLock<Regex> = LazyLock::new(|| {
        const CHINESE: &str =
            r"\x{3400}-\x{4dbf}\x{4e00}-\x{9fff}\x{f900}-\x{faff}";
        const RARER: &str =
            r"\x{20000}-\x{2a6df}\x{2a700}-\x{2ceaf}\x{2f800}-\x{2fa1f}";
        let alone = format!(r"[:punct:]\p{{P}}{CHINESE}{RARER}");
        Regex::new(&format!(r"[{alone}]|[^\s{alone}]+")).expect("a constant")
    });

    let mut text = DROPPED.replace_all(text, "");
    if case == Case::Ignored {
        let parted: String = text.nfd().collect();
        let plain = ACCENTS.replace_all(&parted, "");
        text =
            plain.chars().flat_map(char::to_lowercase).collect::<String>().into();
    }
    WORDS.find_iter(&text).map(|word| word.as_str().to_owned()).collect()
}

/// How often each word occurs.
fn count_words<'a>(
    texts: impl IntoIterator<Item = &'a str>,
    case: Case,
) -> HashMap<String, u64> {
    let mut counts = HashMap::new();
    for word in texts.into_iter().flat_map(|text| basic_words(text, case)) {
        *counts.entry(word).or_default() += 1;
    }
    counts
}

/// The letters of a word as tokens: `h`, `##u`, `##g`.
fn letters(word: &str) -> impl Iterator<Item = String> {
    let mark = |at| if at == 0 { "" } else { INSIDE };
    word.char_indices().map(move |(at, letter)| format!("{}{letter}", mark(at)))
}

/// The token that the two make: `h` and `##ug` make `hug`.
fn join(left: &str, right: &str) -> String {
    format!("{left}{}", right.strip_prefix(INSIDE).unwrap_or(right))
}

// ANCHOR: best_pair
/// The pair of neighbours with the highest score, among those that occur at least twice.
fn best_pair(words: &[Word], tokens: &[String]) -> Option<(u32, u32)> {
    let mut single = vec![0u64; tokens.len()];
    let mut pairs: HashMap<(u32, u32), u64> = HashMap::new();
    for (word, count) in words {
        word.iter().for_each(|&id| single[id as usize] += count);
        for pair in word.windows(2) {
            *pairs.entry((pair[0], pair[1])).or_default() += count;
        }
    }
    // a / b against c / d, as a·d against c·b: whole numbers make no rounding errors.
    let both = |(left, right): (u32, u32)| {
        u128::from(single[left as usize]) * u128::from(single[right as usize])
    };
    let score = |(a, n): (_, u64), (b, m): (_, u64)| -> Ordering {
        (u128::from(n) * both(b)).cmp(&(u128::from(m) * both(a)))
    };
    let text = |(left, right): (u32, u32)| {
        (&tokens[left as usize], &tokens[right as usize])
    };
    let frequent = pairs.into_iter().filter(|&(_, count)| count > 1);
    let best = frequent.max_by(|&a, &b| {
        score(a, b).then(a.1.cmp(&b.1)).then_with(|| text(a.0).cmp(&text(b.0)))
    });
    best.map(|(pair, _)| pair)
}
// ANCHOR_END: best_pair

/// Replaces every occurrence of `pair` in `word` by `id`, from left to right.
fn replace(word: &mut Vec<u32>, pair: (u32, u32), id: u32) {
    let mut rest = std::mem::take(word).into_iter().peekable();
    while let Some(token) = rest.next() {
        let found = token == pair.0 && rest.next_if_eq(&pair.1).is_some();
        word.push(if found { id } else { token });
    }
}
