//! The fourth rung.

use super::cache::Cache;
use super::known::{append_known, new_words};
use super::lowest_rank;
use super::pool::{Desk, Pool};
use super::short::{merge_short, merge_words};
use super::word::{Word, words_of_blocks};
use crate::layout::{KEY_BYTES, Tables, hash_bytes, hash_key};
use crate::splitter::{BLOCK, starts};
use crate::{Pattern, Tokenizer, Vocabulary};

/// Longer pieces are not remembered.
const LONGEST_KNOWN: usize = 64;
/// Longer pieces are merged a window at a time.
const WINDOW: usize = 4096;

/// Appends the ids of `text` to `ids`.
pub fn encode_into(
    tokenizer: &Tokenizer,
    pool: &Pool,
    text: &str,
    ids: &mut Vec<u32>,
) {
    pool.lend(|desk| {
        let mut encoder = Encoder::new(tokenizer, desk, text.as_bytes(), ids);
        match tokenizer.pattern() {
            Pattern::Gpt2 => encoder.blocks(text),
            pattern => {
                let mut start = 0;
                for piece in pattern.pieces(text) {
                    encoder.piece(start, start + piece.len());
                    start += piece.len();
                }
            }
        }
    });
}

/// Appends the ids of bytes that are one piece.
pub fn encode_piece_into(
    tokenizer: &Tokenizer,
    pool: &Pool,
    piece: &[u8],
    ids: &mut Vec<u32>,
) {
    if !piece.is_empty() {
        pool.lend(|desk| {
            Encoder::new(tokenizer, desk, piece, ids).piece(0, piece.len());
        });
    }
}

/// So many blocks of the splitter are looked at together.
const BLOCKS: usize = 8;

struct Encoder<'a> {
    vocabulary: &'a Vocabulary,
    tables: &'a Tables,
    cache: &'a mut Cache,
    words: &'a mut Vec<Word>,
    new: &'a mut Vec<u128>,
    text: &'a [u8],
    ids: &'a mut Vec<u32>,
}

impl<'a> Encoder<'a> {
    fn new(
        tokenizer: &'a Tokenizer,
        desk: &'a mut Desk,
        text: &'a [u8],
        ids: &'a mut Vec<u32>,
    ) -> Self {
        let vocabulary = tokenizer.vocabulary();
        let tables = vocabulary.tables();
        let Desk { cache, words, new, .. } = desk;
        Self { vocabulary, tables, cache, words, new, text, ids }
    }

    /// Appends the ids of the whole text, some blocks at a time.
    fn blocks(&mut self, text: &str) {
        let mut words = std::mem::take(self.words);
        words.resize(BLOCKS * BLOCK, Word::default());
        let mut ends = [0; BLOCKS];
        let (mut count, mut start) = (0, 0);
        starts(text, |base, found| {
            ends[count] = found;
            count += 1;
            if count == BLOCKS {
                let first = base + BLOCK - BLOCKS * BLOCK;
                start = self.batch(start, first, &ends, &mut words);
                count = 0;
            }
        });
        let first = text.len().next_multiple_of(BLOCK) - count * BLOCK;
        start = self.batch(start, first, &ends[..count], &mut words);
        *self.words = words;
        if start < text.len() {
            self.part(start, text.len());
        }
    }

    /// Appends the ids of the words that end in some blocks, and returns where the last one
    /// ends. First it finds all words and asks memory for their slots, then it reads these: so
    /// memory sends many at the same time.
    #[inline(never)]
    fn batch(
        &mut self,
        start: usize,
        first: usize,
        ends: &[u64],
        words: &mut [Word],
    ) -> usize {
        let sets = self.cache.sets();
        let count = words_of_blocks(self.text, sets, start, first, ends, words);
        self.row(start, &words[..count])
    }

    /// Appends the ids of the piece or part from `start` to `end`.
    fn part(&mut self, start: usize, end: usize) {
        let word = Word::new(self.text, self.cache.sets(), start, end);
        self.row(start, &[word]);
    }

    /// Appends the ids of words that follow each other from `start` on. Returns where the last
    /// one ends.
    fn row(&mut self, mut start: usize, mut words: &[Word]) -> usize {
        let mut learned = false;
        loop {
            let known = append_known(self.cache.sets(), words, self.ids);
            if let Some(last) = words[..known].last() {
                start = last.end;
            }
            words = &words[known..];
            let Some(word) = words.first() else { return start };
            if word.is_long() {
                self.piece(start, word.end);
            } else if !self.cache.read(word.key, word.hash, self.ids) {
                if !learned {
                    self.learn(words);
                    learned = true;
                    continue;
                }
                self.forgotten(start, word);
            }
            (start, words) = (word.end, &words[1..]);
        }
    }

    /// Puts all new ones of these words into the cache. Where one word is new, others are, and
    /// what it takes to learn them can come from memory at the same time.
    #[inline(never)]
    fn learn(&mut self, words: &[Word]) {
        let Self { tables, cache, new, .. } = self;
        new_words(cache.sets(), words, new);
        new.retain(|&key| !cache.knows(key, hash_key(key)));
        if self.vocabulary.takes_whole_pieces() {
            new.iter().for_each(|&key| tables.prefetch_index(hash_key(key)));
            new.iter().for_each(|&key| tables.prefetch_key(hash_key(key)));
            new.retain(|&key| {
                let id = tables.id_of_key(key, hash_key(key));
                id.inspect(|&id| cache.learn(key, &[id])).is_none()
            });
        }
        merge_words(tables, new, |key, ids| cache.learn(key, ids));
    }

    /// Appends the ids of a word that was learned and at once forgotten, for another took its
    /// place.
    fn forgotten(&mut self, start: usize, word: &Word) {
        let whole = self.vocabulary.takes_whole_pieces();
        match self.tables.id_of_key(word.key, word.hash) {
            Some(id) if whole => self.ids.push(id),
            _ => {
                let bytes = &self.text[start..word.end];
                merge_short::<16>(self.tables, bytes, self.ids);
            }
        }
    }

    /// Appends the ids of a piece of any length.
    fn piece(&mut self, start: usize, end: usize) {
        if end - start <= KEY_BYTES {
            return self.part(start, end);
        }
        let piece = &self.text[start..end];
        if piece.len() > LONGEST_KNOWN {
            return self.new_piece(start, end);
        }
        let hash = hash_bytes(piece);
        if !self.cache.read_long(piece, hash, self.ids) {
            let known = self.ids.len();
            self.new_piece(start, end);
            self.cache.insert_long(piece, hash, &self.ids[known..]);
        }
    }

    /// Appends the ids of a piece of more than 15 bytes that is not known.
    fn new_piece(&mut self, start: usize, end: usize) {
        // Where merges alone lead to every token, nobody need ask if the piece is one.
        if self.tables.learned || !self.vocabulary.takes_whole_pieces() {
            return self.cut(start, end);
        }
        match self.tables.id(&self.text[start..end]) {
            Some(id) => self.ids.push(id),
            None => self.merge(start, end),
        }
    }

    /// Cuts a piece where no token can cross, and appends the ids of the parts.
    fn cut(&mut self, mut start: usize, last: usize) {
        while start < last {
            let inside = |&end: &usize| {
                self.tables.neighbours(self.text[end - 1], self.text[end])
            };
            let end = start + 1 + (start + 1..last).take_while(inside).count();
            if end - start <= KEY_BYTES {
                self.part(start, end);
            } else {
                self.merge(start, end);
            }
            start = end;
        }
    }

    /// Merges a part of any length.
    fn merge(&mut self, start: usize, end: usize) {
        let part = &self.text[start..end];
        match part.len() {
            0..=16 => merge_short::<16>(self.tables, part, self.ids),
            17..=64 => merge_short::<64>(self.tables, part, self.ids),
            _ => merge_long(self.vocabulary, part, self.ids),
        }
    }
}

/// As [`lowest_rank::merge`], for pieces of any length, in little memory: a window after the
/// other.
///
/// A row of tokens is the encoding of its bytes if, and only if, each two neighbours are the
/// encoding of theirs. (This holds for vocabularies that were learned.) So two encodings may be
/// joined where the last token of the one and the first of the other pass this test.
fn merge_long(vocabulary: &Vocabulary, piece: &[u8], ids: &mut Vec<u32>) {
    if piece.len() <= WINDOW || !vocabulary.tables().learned {
        return ids.extend(lowest_rank::merge(vocabulary, piece));
    }
    let known = ids.len();
    let drop_last = |ids: &mut Vec<u32>| {
        ids.pop().map_or(0, |id| vocabulary.tables().token(id).len())
    };
    let mut done = 0; // bytes that `ids[known..]` stands for
    let mut tries = 0; // seams that did not fit
    while done < piece.len() {
        let end = (done + WINDOW).min(piece.len());
        let window = lowest_rank::merge(vocabulary, &piece[done..end]);
        if ids.len() > known && !fit(vocabulary, ids[ids.len() - 1], window[0]) {
            tries += 1;
            if tries > piece.len() / WINDOW + 100 {
                ids.truncate(known);
                return ids.extend(lowest_rank::merge(vocabulary, piece));
            }
            done -= drop_last(ids); // another seam, a token earlier
            continue;
        }
        ids.extend_from_slice(&window);
        done = end;
        if done < piece.len() {
            // The window's end is no end of the text: what stands there may change.
            for _ in 0..window.len() / 8 {
                done -= drop_last(ids);
            }
        }
    }
}

/// Whether two tokens are the encoding of their bytes.
fn fit(vocabulary: &Vocabulary, left: u32, right: u32) -> bool {
    let tables = vocabulary.tables();
    let bytes = [tables.token(left), tables.token(right)].concat();
    lowest_rank::merge(vocabulary, &bytes) == [left, right]
}
