"""Golden merges for chapter 1, from a slow trainer that shares nothing with the crate's.

It counts all pairs again before every merge. Of pairs that occur equally often it takes the one
that a rule says. With the rule of Hugging Face's `tokenizers` (0.23.3), the smaller ids, it must
learn what that library learns; that is checked first. With chapter 1's rule, the greater bytes, its
tokens are written as hexadecimal digits to training.json in the folder --out.

Run by `cargo xtask goldens`, or: python training.py --out .
"""

import argparse
import json
from collections import Counter
from pathlib import Path

import regex
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

arguments = argparse.ArgumentParser()
arguments.add_argument("--out", type=Path, default=Path("."))
out = arguments.parse_args().out

PATTERN = regex.compile(
    r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")


def byte_names():
    """The character that stands for each byte in byte-level BPE, as in OpenAI's encoder.py."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    return {byte: chr(byte) for byte in plain} | {
        byte: chr(256 + i) for i, byte in enumerate(others)}


NAMES = byte_names()


def later_bytes(left, right, ids):
    """Chapter 1's rule for ties."""
    return left, right


def smaller_ids(left, right, ids):
    """The library's rule for ties."""
    return -ids[left], -ids[right]


def learn(text, merges, rule):
    """The learned tokens as bytes."""
    numbers = Counter(PATTERN.findall(text))
    words = {word: [bytes([byte]) for byte in word.encode()] for word in numbers}
    ids = {bytes([byte]): i for i, byte in enumerate(sorted(NAMES, key=NAMES.get))}
    tokens = []
    while len(tokens) < merges:
        counts = Counter()
        for word, parts in words.items():
            for pair in zip(parts, parts[1:]):
                counts[pair] += numbers[word]
        if not counts or max(counts.values()) < 2:
            break
        best = max(counts, key=lambda pair: (counts[pair], rule(*pair, ids)))
        tokens.append(b"".join(best))
        ids[tokens[-1]] = len(ids)
        for word, parts in words.items():
            words[word] = join(parts, best)
    return tokens


def join(parts, pair):
    joined = []
    free = False  # whether the last part may still be joined
    for part in parts:
        if free and (joined[-1], part) == pair:
            joined[-1] += part
            free = False
        else:
            joined.append(part)
            free = True
    return joined


def library(text, merges):
    """The tokens that Hugging Face's library learns, in the names of the bytes."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=256 + merges, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        min_frequency=2, show_progress=False)
    tokenizer.train_from_iterator([text], trainer)
    return ["".join(pair) for pair in json.loads(tokenizer.to_str())["model"]["merges"]]


story = Path(__file__).resolve().parents[4] / "datasets/builtin/lighthouse.txt"
story = story.read_text(encoding="utf-8")
rhyme = "hug pug hug pun bun hugs hugs hug pug hugs"
mixed = (
    "if x >= 10:\n    return x - 10  # größer\n你好你好，世界世界！ don't won't 1234 1234 "
    "aaaaaaa abababab\n\n\n    for i in range(10):\n        print(i)\n") * 2

cases = []
for name, text, merges in [
    ("rhyme", rhyme, 20), ("mixed", mixed, 200), ("lighthouse", story, 600)]:
    expected = library(text, merges)
    found = ["".join(NAMES[byte] for byte in token)
             for token in learn(text, merges, smaller_ids)]
    assert found == expected, f"{name}: the slow trainer differs from the library"
    tokens = [token.hex() for token in learn(text, merges, later_bytes)]
    cases.append({"name": name, "text": None if text is story else text,
                  "merges": merges, "tokens": tokens})
    print(f"{name}: {len(text)} characters, {len(tokens)} merges, equal to the library's "
          "with its rule")

(out / "training.json").write_text(json.dumps(cases, ensure_ascii=False, indent=1) + "\n")
