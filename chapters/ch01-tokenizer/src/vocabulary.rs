//! The tokens that a model knows.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, LazyLock};

use anyhow::{Result, ensure};

use crate::layout::{ID_BITS, NO_RANK, Tables};

// ANCHOR: vocabulary
/// The tokens, each a run of bytes with an id, and the merges that make the longer ones.
///
/// The order in which byte-pair encoding learned the merges gives each a *rank*: of two
/// possible merges, the one with the lower rank comes first. In GPT-2's vocabulary a token's id
/// is its rank; other vocabularies number their tokens otherwise.
#[derive(Clone)]
pub struct Vocabulary {
    tables: Arc<Tables>,
    len: usize,
    whole_pieces: bool,
}
// ANCHOR_END: vocabulary

/// A table that `build.rs` laid out.
macro_rules! table {
    ($name:literal) => {{
        static TABLE: &Aligned<[u8]> =
            &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/", $name)));
        Cow::Borrowed(bytemuck::cast_slice(&TABLE.0))
    }};
}

/// Starts where a line of the processor's cache starts.
#[repr(C, align(64))]
struct Aligned<T: ?Sized>(T);

static GPT2: LazyLock<Vocabulary> = LazyLock::new(|| {
    let tables = Tables {
        bytes: table!("gpt2.bytes"),
        starts: table!("gpt2.starts"),
        keys: table!("gpt2.keys"),
        ranks: table!("gpt2.ranks"),
        made: Cow::Borrowed(&[]), // ids and ranks are the same
        index: table!("gpt2.index"),
        pairs: table!("gpt2.pairs"),
        possible: table!("gpt2.possible"),
        byte_pairs: table!("gpt2.byte_pairs"),
        inside: table!("gpt2.inside"),
        byte_ids: table!("gpt2.byte_ids"),
        learned: true,
    };
    let len = tables.ranks.len();
    Vocabulary { tables: Arc::new(tables), len, whole_pieces: true }
});

impl Vocabulary {
    /// GPT-2's 50,256 ordinary tokens: 256 single bytes and 50,000 merges.
    pub fn gpt2() -> Self {
        GPT2.clone()
    }

    /// A vocabulary of these tokens, in the order they were learned: ids and ranks count from
    /// zero.
    ///
    /// # Panics
    /// When a single byte is missing: then some text could not be encoded at all. When a token
    /// is empty or there twice.
    pub fn new(tokens: Vec<Vec<u8>>) -> Self {
        Self::with_ids(tokens.into_iter().zip(0..).collect())
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// A vocabulary of tokens and their ids, in the order they were learned. Any two neighbours
    /// whose union is one of the tokens may merge. So read OpenAI's rank files.
    ///
    /// # Errors
    /// When a single byte is missing, a token is empty, or bytes or an id are there twice.
    pub fn with_ids(tokens: Vec<(Vec<u8>, u32)>) -> Result<Self> {
        check(&tokens)?;
        let tables = Arc::new(Tables::from_ranks(&tokens));
        Ok(Self { tables, len: tokens.len(), whole_pieces: true })
    }

    /// A vocabulary of tokens and their ids, and a list of pairs of ids that merge, the one
    /// learned first at the front. Only these merge. So read Hugging Face's files.
    ///
    /// # Errors
    /// As for [`with_ids`](Self::with_ids), and when the union of a pair is no token.
    pub fn with_merges(
        tokens: Vec<(Vec<u8>, u32)>,
        merges: &[(u32, u32)],
    ) -> Result<Self> {
        check(&tokens)?;
        let known = Tables::from_merges(&tokens, &[]);
        for (place, &(left, right)) in merges.iter().enumerate() {
            let parts = [known.token(left), known.token(right)];
            let is_token = known.id(&parts.concat()).is_some();
            ensure!(
                parts.iter().all(|part| !part.is_empty()) && is_token,
                "merge {place} joins ids {left} and {right}, which makes no token"
            );
        }
        let tables = Arc::new(Tables::from_merges(&tokens, merges));
        Ok(Self { tables, len: tokens.len(), whole_pieces: false })
    }

    /// A vocabulary as training learned it: all tokens in order, the 256 bytes first, and the
    /// two ids that each of the others was joined from. The same as [`new`](Self::new), but
    /// nothing need be searched.
    pub(crate) fn learned(tokens: Vec<Vec<u8>>, pairs: &[(u32, u32)]) -> Self {
        let first = (tokens.len() - pairs.len()) as u32;
        let tokens: Vec<_> = tokens.into_iter().zip(0..).collect();
        let tables =
            Tables::from_training(&tokens, (first..).zip(pairs.iter().copied()));
        Self { tables: Arc::new(tables), len: tokens.len(), whole_pieces: true }
    }

    /// The same vocabulary, but a [piece](crate::pieces) that is a token becomes this token even
    /// if no merges lead to it. (`ignore_merges` in Hugging Face's files.)
    #[must_use]
    pub fn taking_whole_pieces(self) -> Self {
        Self { whole_pieces: true, ..self }
    }

    /// Whether a piece that is a token becomes this token even if no merges lead to it.
    pub fn takes_whole_pieces(&self) -> bool {
        self.whole_pieces
    }

    /// The bytes of token `id`.
    pub fn bytes(&self, id: u32) -> Option<&[u8]> {
        Some(self.tables.token(id)).filter(|bytes| !bytes.is_empty())
    }

    /// The id of the token with these bytes.
    pub fn id(&self, bytes: &[u8]) -> Option<u32> {
        self.tables.id(bytes)
    }

    /// The rank of the token with these bytes: when it was learned. Where merges are listed,
    /// only what a merge makes has a rank, so single bytes have none.
    pub fn rank(&self, bytes: &[u8]) -> Option<u32> {
        let rank = self.tables.ranks[self.id(bytes)? as usize];
        Some(rank).filter(|&rank| rank != NO_RANK)
    }

    /// The id of the token that is this one byte.
    pub fn byte(&self, byte: u8) -> u32 {
        self.tables.byte_ids[usize::from(byte)]
    }

    /// The rank of the merge of two tokens and the id that it makes, if the two merge.
    pub fn merge(&self, left: u32, right: u32) -> Option<(u32, u32)> {
        let rank = self.tables.pair(left, right)?;
        Some((rank, self.tables.made(rank)))
    }

    /// The merges in the order they were learned: two ids, and the id that they make. A rank
    /// file that was not learned as byte-pair encoding learns may have several for one token.
    pub fn merges(&self) -> Vec<(u32, u32, u32)> {
        let mut merges: Vec<_> = self.tables.all_pairs().collect();
        merges.sort_unstable();
        let made = |rank: u32| self.tables.made(rank);
        merges.into_iter().map(|(rank, l, r)| (l, r, made(rank))).collect()
    }

    /// All tokens, in order of their ids.
    pub fn tokens(&self) -> impl Iterator<Item = &[u8]> {
        self.entries().map(|(_, token)| token)
    }

    /// All ids and their tokens, in order.
    pub fn entries(&self) -> impl Iterator<Item = (u32, &[u8])> {
        (0..self.size() as u32).filter_map(|id| Some((id, self.bytes(id)?)))
    }

    pub(crate) fn tables(&self) -> &Tables {
        &self.tables
    }

    /// How many tokens there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none. (Never: the bytes are always there.)
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// One more than the largest id.
    pub fn size(&self) -> usize {
        self.tables.ranks.len()
    }
}

impl fmt::Debug for Vocabulary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vocabulary of {} tokens", self.len)
    }
}

/// Whether tokens and ids can be a vocabulary.
fn check(tokens: &[(Vec<u8>, u32)]) -> Result<()> {
    let mut bytes: Vec<_> =
        tokens.iter().map(|(token, _)| token.as_slice()).collect();
    let mut ids: Vec<_> = tokens.iter().map(|&(_, id)| id).collect();
    bytes.sort_unstable();
    ids.sort_unstable();
    ensure!(
        bytes.first().is_some_and(|first| !first.is_empty()),
        "a token is empty"
    );
    if let Some(pair) = bytes.windows(2).find(|pair| pair[0] == pair[1]) {
        anyhow::bail!(
            "the token {:?} is there twice",
            String::from_utf8_lossy(pair[0])
        );
    }
    if let Some(pair) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
        anyhow::bail!("id {} is there twice", pair[0]);
    }
    let largest = ids.last().copied().unwrap_or(0);
    ensure!(largest < (1 << ID_BITS) - 1, "id {largest} is too large");
    for byte in 0..=u8::MAX {
        let found = bytes.binary_search(&[byte].as_slice());
        ensure!(found.is_ok(), "the vocabulary lacks byte {byte}");
    }
    Ok(())
}
