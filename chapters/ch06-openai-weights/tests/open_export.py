"""Opens an export of ours with Hugging Face's transformers and compares the logits.

    cargo run -p ch06 -- export --checkpoint FOLDER --out EXPORT
    cargo run -p ch06 -- logits --checkpoint EXPORT --ids 1,2,3 --json > logits.json
    python open_export.py EXPORT logits.json

It demands that no weight is missing or left over, that logits agree to within 1e-4, and, where
there is a tokenizer, that AutoTokenizer gives back a text unchanged. Tried with torch 2.11.0 and
transformers 5.23.0. No test runs it, for it needs Python.
"""

import argparse
import json
from pathlib import Path

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

arguments = argparse.ArgumentParser()
arguments.add_argument("export", type=Path)
arguments.add_argument("logits", type=Path)
arguments = arguments.parse_args()

model, report = GPT2LMHeadModel.from_pretrained(
    arguments.export, output_loading_info=True, dtype=torch.float32)
assert not any(report.values()), report
ours = json.loads(arguments.logits.read_text())
with torch.no_grad():
    theirs = model.eval()(torch.tensor([ours["ids"]])).logits[0]
assert ours["shape"] == list(theirs.shape), (ours["shape"], theirs.shape)
difference = (theirs - torch.tensor(ours["logits"])).abs().max().item()
assert difference < 1e-4, difference
print(f"{sum(p.numel() for p in model.parameters())} parameters, nothing missing or left over; "
      f"logits differ by at most {difference:.1e}")

if (arguments.export / "vocab.json").exists():
    tokenizer = AutoTokenizer.from_pretrained(arguments.export)
    text = "Every effort moves you, and a 🤗.\n"
    ids = tokenizer.encode(text)
    assert tokenizer.decode(ids) == text, ids
    print(f"the tokenizer gives back a text of {len(ids)} tokens")
