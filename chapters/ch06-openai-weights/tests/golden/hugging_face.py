"""Golden checkpoints for chapter 6, written by Hugging Face's own `save_pretrained`:

    hugging-face/          a tiny GPT-2 and its tokenizer, tied, f32, one file
    hugging-face-sharded/  another one, untied, bf16, in several files with an index
    hugging-face.safetensors   ids, and the logits that transformers computes for each of them

Made with torch 2.11.0 and transformers 5.23.0. Run by `cargo xtask goldens`, or:
python hugging_face.py --out .
"""

import argparse
import json
import tempfile
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import GPT2Config, GPT2LMHeadModel, GPT2Tokenizer

arguments = argparse.ArgumentParser()
arguments.add_argument("--out", type=Path, default=Path("."))
out = arguments.parse_args().out

torch.manual_seed(6)

# Every byte is a token, in GPT-2's order; then a few merges, then the end of text.
printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
letters = {byte: chr(byte) for byte in printable}
for byte in range(256):
    letters.setdefault(byte, chr(256 + len(letters) - len(printable)))
merges = [("t", "h"), ("Ġ", "th"), ("Ġth", "e"), ("Ġ", "a"), ("i", "n"), ("in", "g")]
tokens = [*letters.values(), *map("".join, merges), "<|endoftext|>"]


def config(**other):
    # Every size differs from every other one, so that no mixed-up axis can go unseen.
    end = len(tokens) - 1
    return GPT2Config(vocab_size=len(tokens), n_positions=19, n_embd=12, n_layer=2, n_head=3,
                      bos_token_id=end, eos_token_id=end, **other)


def model(config):
    model = GPT2LMHeadModel(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():  # biases and norms too: nothing stays 0 or 1
            parameter.add_(torch.randn_like(parameter) * 0.1)
    return model


def logits(model):
    with torch.no_grad():
        return model.float()(ids).logits


ids = torch.randint(len(tokens), (2, 11))

whole = model(config())
whole.save_pretrained(out / "hugging-face")
with tempfile.TemporaryDirectory() as folder:
    vocab, pairs = Path(folder, "vocab.json"), Path(folder, "merges.txt")
    vocab.write_text(json.dumps({token: id for id, token in enumerate(tokens)}))
    pairs.write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
    tokenizer = GPT2Tokenizer.from_pretrained(folder)
tokenizer.save_pretrained(out / "hugging-face")

sharded = model(config(tie_word_embeddings=False)).to(torch.bfloat16)
sharded.save_pretrained(out / "hugging-face-sharded", max_shard_size="12KB")

text = " the thing, and a 🤗"
save_file({"ids": ids, "hugging-face": logits(whole), "hugging-face-sharded": logits(sharded),
           "text": torch.tensor([tokenizer.encode(text)])}, out / "hugging-face.safetensors")
