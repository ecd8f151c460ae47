"""Golden numbers for chapter 7: a tiny random GPT2ForSequenceClassification, and what it says to
a padded batch. The file holds its weights by Hugging Face's names, as a checkpoint does.

Run by `cargo xtask goldens`, or: python classifier.py --out .
Made with PyTorch 2.11.0 and transformers 5.23.0.
"""

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import GPT2Config, GPT2ForSequenceClassification

arguments = argparse.ArgumentParser()
arguments.add_argument("--out", type=Path, default=Path("."))
out = arguments.parse_args().out

torch.manual_seed(7)
pad = 256
config = GPT2Config(
    vocab_size=257, n_positions=12, n_embd=16, n_layer=2, n_head=4, initializer_range=0.2,
    num_labels=2, id2label={0: "ham", 1: "spam"}, label2id={"ham": 0, "spam": 1},
    pad_token_id=pad, bos_token_id=pad, eos_token_id=pad,
    architectures=["GPT2ForSequenceClassification"],
)
model = GPT2ForSequenceClassification(config).eval()
lengths = torch.tensor([5, 12, 1, 8])
ids = torch.randint(0, 256, (4, 12))
ids[torch.arange(12) >= lengths[:, None]] = pad
with torch.no_grad():
    logits = model(ids).logits
weights = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
golden = {"golden.ids": ids, "golden.lengths": lengths, "golden.logits": logits}
save_file({**weights, **golden}, out / "classifier.safetensors")
config.architectures = ["GPT2ForSequenceClassification"]
(out / "classifier.json").write_text(json.dumps(config.to_dict(), indent=1, default=str) + "\n")
