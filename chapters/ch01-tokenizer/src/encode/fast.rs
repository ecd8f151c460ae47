//! The fourth rung.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::thread::{self, ThreadId};

use super::cache::{Cache, NARROW, NO_WORD, Sets};
use super::lowest_rank;
use crate::layout::{KEY_BYTES, NO_RANK, Tables, hash_bytes, hash_key, key};
use crate::splitter::starts;
use crate::{Pattern, Tokenizer, Vocabulary};

/// Ids that are written at a time: those that a slot holds, and its count, which nobody reads.
const ROOM: usize = NARROW + 1;
/// Longer pieces are not remembered.
const LONGEST_KNOWN: usize = 64;
/// Longer pieces are merged a window at a time.
const WINDOW: usize = 4096;

/// For each length the bytes of 16 that belong to a word.
static MASKS: [u128; KEY_BYTES + 1] = {
    let mut masks = [0; KEY_BYTES + 1];
    let mut length = 1;
    while length <= KEY_BYTES {
        masks[length] = (1 << (8 * length)) - 1;
        length += 1;
    }
    masks
};

/// Caches that wait for the next text, each with the thread that used it last. As many as texts
/// were ever encoded at the same time.
#[derive(Default)]
pub(crate) struct Pool(Mutex<Vec<(ThreadId, Cache)>>);

impl Pool {
    /// Does `work` with the cache that this thread used last, if it waits here: what it holds is
    /// near this thread's core, and another's is not.
    fn lend<T>(&self, work: impl FnOnce(&mut Cache) -> T) -> T {
        let pool = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let thread = thread::current().id();
        let waiting = {
            let mut pool = pool();
            match pool.iter().position(|(last, _)| *last == thread) {
                Some(place) => Some(pool.swap_remove(place)),
                None => pool.pop(),
            }
        };
        let mut cache = waiting.map_or_else(Cache::new, |(_, cache)| cache);
        let result = work(&mut cache);
        pool().push((thread, cache));
        result
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pool")
    }
}

/// Appends the ids of `text` to `ids`.
pub fn encode_into(
    tokenizer: &Tokenizer,
    pool: &Pool,
    text: &str,
    ids: &mut Vec<u32>,
) {
    pool.lend(|cache| {
        let vocabulary = tokenizer.vocabulary();
        let tables = vocabulary.tables();
        let text_bytes = text.as_bytes();
        let mut encoder =
            Encoder { vocabulary, tables, cache, text: text_bytes, ids };
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
    if piece.is_empty() {
        return;
    }
    pool.lend(|cache| {
        let vocabulary = tokenizer.vocabulary();
        let tables = vocabulary.tables();
        let mut encoder = Encoder { vocabulary, tables, cache, text: piece, ids };
        encoder.piece(0, piece.len());
    });
}

/// A piece as the cache wants it, and where it ends. It starts where the one before it ends.
#[derive(Clone, Copy, Default)]
struct Word {
    key: u128,
    hash: u64,
    end: usize,
}

impl Word {
    // ANCHOR: word
    /// The word from `start` to `end`, and a request to memory for its slot.
    #[inline(always)]
    fn new(text: &[u8], sets: Sets, start: usize, end: usize) -> Self {
        let length = end - start;
        let key = match text[start..].first_chunk::<16>() {
            _ if length > KEY_BYTES => NO_WORD,
            Some(sixteen) => {
                let word = u128::from_le_bytes(*sixteen) & MASKS[length & 15];
                word | (length as u128) << (8 * KEY_BYTES)
            }
            None => key(&text[start..end]),
        };
        let hash = hash_key(key);
        sets.prefetch(hash);
        Self { key, hash, end }
    }
    // ANCHOR_END: word
}

/// Pieces that a block can end: one for each of its bytes.
const MOST: usize = 64;
/// So many words are looked up together.
const BATCH: usize = 48;

struct Encoder<'a> {
    vocabulary: &'a Vocabulary,
    tables: &'a Tables,
    cache: &'a mut Cache,
    text: &'a [u8],
    ids: &'a mut Vec<u32>,
}

impl Encoder<'_> {
    /// Appends the ids of the whole text. First it finds some words and asks memory for their
    /// slots, then it reads these: so memory sends many at the same time.
    fn blocks(&mut self, text: &str) {
        let mut words = [Word::default(); BATCH + MOST];
        let (mut count, mut done, mut start) = (0, 0, 0);
        starts(text, |base, mut found| {
            // All in local variables, so that the compiler keeps them in registers.
            let (bytes, sets) = (self.text, self.cache.sets());
            let (mut place, mut piece) = (count, start);
            while found != 0 {
                let end = base + found.trailing_zeros() as usize;
                words[place] = Word::new(bytes, sets, piece, end);
                place += 1;
                piece = end;
                found &= found - 1;
            }
            (count, start) = (place, piece);
            if count >= BATCH {
                done = self.words(done, &words[..count]);
                count = 0;
            }
        });
        done = self.words(done, &words[..count]);
        if done < text.len() {
            self.part(done, text.len());
        }
    }

    /// Appends the ids of the piece or part from `start` to `end`.
    fn part(&mut self, start: usize, end: usize) {
        let word = Word::new(self.text, self.cache.sets(), start, end);
        self.words(start, &[word]);
    }

    /// Appends the ids of words that follow each other from `start` on. Returns where the last
    /// one ends.
    #[inline(always)]
    fn words(&mut self, mut start: usize, mut words: &[Word]) -> usize {
        let mut asked = !self.cache.is_young();
        loop {
            let known = append_known(self.cache.sets(), words, self.ids);
            if let Some(last) = words[..known].last() {
                start = last.end;
            }
            let Some((new, rest)) = words[known..].split_first() else {
                return start;
            };
            if !asked {
                self.ask_for_new(rest);
                asked = true;
            }
            self.rare(new, start);
            (start, words) = (new.end, rest);
        }
    }

    /// Where one word is new, in the first pages of a text, others are. Asks memory for all that it takes to look these up
    /// in the vocabulary, so that they need not wait for one another.
    #[inline(never)]
    fn ask_for_new(&self, words: &[Word]) {
        let sets = self.cache.sets();
        let new = |word: &&Word| sets.get(word.key, word.hash).is_none();
        for word in words.iter().filter(new) {
            self.tables.prefetch_index(word.hash);
        }
        for word in words.iter().filter(new) {
            self.tables.prefetch_key(word.hash);
        }
    }

    /// Appends the ids of a word that is not in its first set.
    #[inline(never)]
    fn rare(&mut self, word: &Word, start: usize) {
        if word.key == NO_WORD {
            return self.piece(start, word.end);
        }
        if self.cache.read(word.key, word.hash, self.ids) {
            return;
        }
        let bytes = &self.text[start..word.end];
        let known = self.ids.len();
        match self.tables.id_of_key(word.key, word.hash) {
            Some(id) if self.vocabulary.takes_whole_pieces() => self.ids.push(id),
            _ => merge_short::<16>(self.tables, bytes, self.ids),
        }
        self.cache.insert(word.key, word.hash, &self.ids[known..]);
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

// ANCHOR: append
/// Appends the ids of words as long as they are in their first slots, and says of how many. It
/// writes as many ids as a slot can hold, whose number the processor need not guess, and counts
/// those that are meant.
#[inline(always)]
#[allow(
    unsafe_code,
    reason = "writes into memory that the vector has but does not count yet"
)]
fn append_known(sets: Sets, words: &[Word], ids: &mut Vec<u32>) -> usize {
    ids.reserve(words.len() * ROOM);
    let mut end = ids.len();
    let mut known = 0;
    for word in words {
        let Some(slot) = sets.get(word.key, word.hash) else { break };
        if slot.count == 0 {
            break;
        }
        let [a, b, c, d, e, f, g] = slot.ids;
        let wide: [u32; ROOM] = [a, b, c, d, e, f, g, slot.count].map(u32::from);
        // SAFETY: no slot counts more than `NARROW` ids, fewer than `ROOM`. So each word before
        // this one took less than its `ROOM` of what was reserved, and one more `ROOM` is there.
        unsafe { ids.as_mut_ptr().add(end).cast::<[u32; ROOM]>().write(wide) };
        end += usize::from(slot.count);
        known += 1;
    }
    // SAFETY: the loop wrote all ids up to `end`, within what was reserved.
    unsafe { ids.set_len(end) };
    known
}
// ANCHOR_END: append

/// As [`lowest_rank::merge`], for at most `N` bytes, at most 64: a look at all pairs is quicker
/// than a heap then, and no memory is asked for.
fn merge_short<const N: usize>(tables: &Tables, piece: &[u8], ids: &mut Vec<u32>) {
    /// A pair that does not merge. The others are a rank and, in the last six bits, a place:
    /// the smallest is the one to merge, the leftmost of equals.
    const NONE: u32 = u32::MAX;
    let n = piece.len();
    let (byte_ids, byte_pairs) = (&*tables.byte_ids, &*tables.byte_pairs);
    let (mut parts, mut pairs) = ([0u32; N], [NONE; N]);
    let (mut next, mut previous) = ([0u8; N], [0u8; N]);
    for (i, &byte) in piece.iter().enumerate() {
        parts[i] = byte_ids[usize::from(byte)];
        next[i] = i as u8 + 1;
        previous[i] = (i as u8).saturating_sub(1);
    }
    for (i, two) in piece.windows(2).enumerate() {
        let rank = byte_pairs[usize::from(two[0]) << 8 | usize::from(two[1])];
        pairs[i] = if rank == NO_RANK { NONE } else { rank << 6 | i as u32 };
    }
    let pair = |left, right, place: usize| {
        tables.pair(left, right).map_or(NONE, |rank| rank << 6 | place as u32)
    };
    loop {
        let best = pairs.iter().fold(NONE, |best, &pair| best.min(pair));
        if best == NONE {
            break;
        }
        let left = best as usize & 63;
        let right = usize::from(next[left]);
        let after = usize::from(next[right]);
        let before = usize::from(previous[left]);
        parts[left] = tables.made(best >> 6);
        next[left] = after as u8;
        pairs[right] = NONE;
        pairs[left] = NONE;
        if after < n {
            previous[after] = left as u8;
            pairs[left] = pair(parts[left], parts[after], left);
        }
        if left > 0 {
            pairs[before] = pair(parts[before], parts[left], before);
        }
    }
    let mut at = 0;
    while at < n {
        ids.push(parts[at]);
        at = usize::from(next[at]);
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
