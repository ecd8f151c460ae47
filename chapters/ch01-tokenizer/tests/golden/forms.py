"""Golden ids for chapter 1 from Hugging Face's library `tokenizers` (0.23.3), and a slow trainer
for WordPiece, which that library does not have: its own joins the most frequent pair, as BPE does.

Writes into the folder --out:
    wordpiece.json   a vocabulary that the slow trainer learned, and the library's ids with it
    unigram.json     pieces that the library learned, and its ids with them
    tokenizer.json   a byte-level BPE tokenizer that the library learned: the special tokens come
                     first, so ids are not the order of the merges
    bpe.json         the library's ids with it

Run by `cargo xtask goldens`, or: python forms.py --out .
"""

import argparse
import json
from collections import Counter
from fractions import Fraction
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, normalizers
from tokenizers import pre_tokenizers, trainers

arguments = argparse.ArgumentParser()
arguments.add_argument("--out", type=Path, default=Path("."))
out = arguments.parse_args().out

story = Path(__file__).resolve().parents[4] / "datasets/builtin/lighthouse.txt"
story = story.read_text(encoding="utf-8")

AWKWARD = [
    "", " ", "  ", "\n", " \n ", "\t\t", "a", " a", "a ", "  a  b   c", "The lamp burned.",
    "the keeper's lighthouse — and the sea!", "don't, can't; WON'T", "x²+y³=½ Ⅷ ٣٤",
    "naïve café, cafe\u0301, ÅNGSTRÖM", "Straße İstanbul ǆ ﬁne", "你好，世界！ 日本語 한국어",
    "नमस्ते दुनिया", "👩‍👩‍👧 🤗🤗 🇩🇪", "a\u00a0b\u2003c\u3000d", "tabs\tand\r\nlines\n\n",
    "zero\u200bwidth \u0000 \u0007 \ufffd", "lighthouselighthouse", "aaaaaaaaaaaaaaaaaaaaaaaaa",
    "<|endoftext|> and <|end|>", "[UNK] ##a", "2026-11-21 3.14159 1,000,000", "e" * 101, "e" * 100,
    "http://example.org/a_b?c=d&e=f", "\u1680ogham \u2028line", "$5 + 3 < 9 ^ ~`|", "ʼn ﷺ ①",
]
TEXTS = AWKWARD + story.splitlines()[:3]


# WordPiece -----------------------------------------------------------------------------------

def basic(lowercase):
    return (normalizers.BertNormalizer(lowercase=lowercase), pre_tokenizers.BertPreTokenizer())


def learn_wordpiece(text, size):
    """Joins the pair with the highest count(pair) / (count(left) * count(right)); of equals the
    most frequent, of those the greatest. A pair must occur twice."""
    normalizer, cutter = basic(lowercase=True)
    words = Counter(word for word, _ in cutter.pre_tokenize_str(normalizer.normalize_str(text)))
    words = [([letter if at == 0 else "##" + letter for at, letter in enumerate(word)], n)
             for word, n in words.items()]
    tokens = ["[UNK]"] + sorted({part for word, _ in words for part in word})
    while len(tokens) < size:
        single, pairs = Counter(), Counter()
        for word, n in words:
            for part in word:
                single[part] += n
            for pair in zip(word, word[1:]):
                pairs[pair] += n
        frequent = [pair for pair in pairs if pairs[pair] > 1]
        if not frequent:
            break
        best = max(frequent, key=lambda pair: (
            Fraction(pairs[pair], single[pair[0]] * single[pair[1]]), pairs[pair],
            pair[0].encode(), pair[1].encode()))
        joined = best[0] + best[1].removeprefix("##")
        for word, _ in words:
            at = 0
            while at + 1 < len(word):
                if (word[at], word[at + 1]) == best:
                    word[at:at + 2] = [joined]
                at += 1
        if joined not in tokens:
            tokens.append(joined)
    return tokens


tokens = learn_wordpiece(story, 300)
ids = {}
for case in ("ignored", "kept"):
    tokenizer = Tokenizer(models.WordPiece({token: id for id, token in enumerate(tokens)},
                                           unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer, tokenizer.pre_tokenizer = basic(lowercase=case == "ignored")
    ids[case] = [tokenizer.encode(text).ids for text in TEXTS]
wordpiece = {"tokens": tokens, "texts": TEXTS, "ids": ids}

# Unigram -------------------------------------------------------------------------------------

def spaces(tokenizer):
    """A space is ▁, and every word begins with one."""
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.pre_tokenizer = pre_tokenizers.Split("▁", "merged_with_next")
    return tokenizer


learner = spaces(Tokenizer(models.Unigram()))
learner.train_from_iterator(story.splitlines(), trainers.UnigramTrainer(
    vocab_size=250, special_tokens=["<unk>"], unk_token="<unk>", show_progress=False))
# Rounded and sorted: the last digits differ from run to run, since the library adds in any order.
pieces = [(piece, round(score, 2)) for piece, score in json.loads(learner.to_str())["model"]["vocab"]
          if piece != "<unk>"]
pieces.sort(key=lambda piece: (-piece[1], piece[0]))
special = {
    "token": [("<unk>", 0.0)],
    "bytes": [("<unk>", 0.0)] + [(f"<0x{byte:02X}>", 0.0) for byte in range(256)],
}
ids = {}
for unknown, first in special.items():
    tokenizer = spaces(Tokenizer(models.Unigram(first + pieces, unk_id=0,
                                                byte_fallback=unknown == "bytes")))
    ids[unknown] = [tokenizer.encode(text).ids for text in TEXTS]
unigram = {"pieces": pieces, "texts": TEXTS, "ids": ids}

# Byte-level BPE ------------------------------------------------------------------------------

tokenizer = Tokenizer(models.BPE())
tokenizer.normalizer = normalizers.NFC()
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.decoder = decoders.ByteLevel()
tokenizer.train_from_iterator(story.splitlines(keepends=True), trainers.BpeTrainer(
    vocab_size=400, special_tokens=["<|endoftext|>", "<|end|>"], show_progress=False,
    initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
bpe = {"texts": TEXTS, "ids": [tokenizer.encode(text).ids for text in TEXTS]}

for name, golden in [("wordpiece", wordpiece), ("unigram", unigram), ("bpe", bpe)]:
    (out / f"{name}.json").write_text(json.dumps(golden, ensure_ascii=True) + "\n")
tokenizer.save(str(out / "tokenizer.json"), pretty=False)
