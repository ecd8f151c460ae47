"""Trains a byte-level BPE vocabulary with one Python package, and prints what it took as JSON.

    python training_peers.py rustbpe|fast_bpe_rs|tokenizers SIZE FILE...

The clock runs while the files are read, cut with GPT-2's pattern, counted and merged. The packages
were rustbpe 0.1.0, fast-bpe-rs 0.6.1 and tokenizers 0.23.3; they use all cores.
"""

import importlib
import json
import resource
import sys
import time

PATTERN = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
DOCUMENT = 8000  # characters: the packages want many texts, not one


def documents(files):
    """The files' text in parts that end with a line, if the line is not too long."""
    for file in files:
        with open(file, encoding="utf-8", newline="") as lines:
            text = lines.read()
        start = 0
        while start < len(text):
            end = min(len(text), start + DOCUMENT)
            line = text.rfind("\n", start, end) + 1
            if end < len(text) and line > start:
                end = line
            yield text[start:end]
            start = end


def train_rustbpe(package, size, files):
    tokenizer = package.Tokenizer()
    tokenizer.train_from_iterator(documents(files), size, 8192, PATTERN)
    return tokenizer.vocab_size


def train_fast_bpe_rs(package, size, files):
    package.BPE(PATTERN).train(size, list(documents(files)))
    return size


def train_tokenizers(package, size, files):
    tokenizer = package.Tokenizer(package.models.BPE())
    level = package.pre_tokenizers.ByteLevel
    tokenizer.pre_tokenizer = level(add_prefix_space=False)
    trainer = package.trainers.BpeTrainer(
        vocab_size=size, initial_alphabet=level.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(documents(files), trainer)
    return tokenizer.get_vocab_size()


def main():
    name, size, files = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    package = importlib.import_module(name)
    start = time.perf_counter()
    tokens = globals()[f"train_{name}"](package, size, files)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "peak": peak, "tokens": tokens}))


main()
