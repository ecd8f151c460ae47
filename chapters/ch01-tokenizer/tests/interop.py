"""The other side of tests/files.rs: Hugging Face's library `tokenizers` (0.23.3).

    python interop.py ids DIR     encodes DIR/texts.json with every tokenizer in DIR's folders
    python interop.py train DIR   learns tokenizers from DIR/story.txt, each into its own folder,
                                  and encodes DIR/texts.json
"""

import json
import sys
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers
from tokenizers import pre_tokenizers, trainers

task, folder = sys.argv[1], Path(sys.argv[2])
texts = json.loads((folder / "texts.json").read_text(encoding="utf-8"))


def ids(tokenizer):
    decoded = [tokenizer.decode(tokenizer.encode(text).ids, skip_special_tokens=False)
               for text in texts]
    if tokenizer.normalizer is None:
        assert decoded == texts, [pair for pair in zip(decoded, texts) if pair[0] != pair[1]]
    return json.dumps([tokenizer.encode(text).ids for text in texts])


def byte_level(model):
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


if task == "ids":
    for path in sorted(path for path in folder.iterdir() if path.is_dir()):
        (path / "one.json").write_text(ids(Tokenizer.from_file(str(path / "tokenizer.json"))))
        if (path / "merges.txt").exists():
            tokenizer = byte_level(models.BPE.from_file(
                str(path / "vocab.json"), str(path / "merges.txt")))
            known = tokenizer.get_vocab()
            special = [text for text in ("<|endoftext|>", "<|end|>") if text in known]
            tokenizer.add_special_tokens(special)
            (path / "two.json").write_text(ids(tokenizer))
else:
    story = (folder / "story.txt").read_text(encoding="utf-8")
    for number, (size, special, form) in enumerate([
        (300, [], None), (500, ["<|endoftext|>"], normalizers.NFKC()),
        (1000, ["<a>", "<a><b>", "<b>", "<|end|>"], None), (700, ["<|end|>"], normalizers.NFC()),
    ]):
        tokenizer = byte_level(models.BPE(ignore_merges=number == 3))
        tokenizer.normalizer = form
        tokenizer.train_from_iterator(story.splitlines(keepends=True), trainers.BpeTrainer(
            vocab_size=size, special_tokens=special, show_progress=False,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
        # One that is not special, with an id after all others.
        tokenizer.add_tokens([AddedToken("lighthouse", normalized=False)])
        path = folder / f"one-{number}"
        path.mkdir()
        tokenizer.save(str(path / "tokenizer.json"), pretty=number % 2 == 0)
        (path / "ids.json").write_text(ids(tokenizer))
        if number < 1:
            path = folder / f"two-{number}"
            path.mkdir()
            plain = byte_level(models.BPE())
            plain.train_from_iterator(story.splitlines(keepends=True), trainers.BpeTrainer(
                vocab_size=size, special_tokens=["<|end|>"], show_progress=False,
                initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
            plain.model.save(str(path))
            (path / "ids.json").write_text(ids(plain))

    # Any characters as one tokenizer of words: pieces whose merges lead elsewhere.
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    vocab = {letter: id for id, letter in enumerate(sorted(alphabet))}
    vocab |= {"ab": 300, "bc": 301, "abc": 302, "Ġt": 303, "Ġthe": 304, "he": 305}
    odd = byte_level(models.BPE(vocab, [("b", "c"), ("a", "b"), ("ab", "c"), ("h", "e"),
                                        ("Ġ", "t"), ("Ġt", "he")], ignore_merges=False))
    path = folder / "odd"
    path.mkdir()
    odd.save(str(path / "tokenizer.json"))
    (path / "ids.json").write_text(ids(odd))
