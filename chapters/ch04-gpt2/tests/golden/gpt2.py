"""Golden numbers for chapter 4: a tiny random GPT2LMHeadModel of Hugging Face's transformers,
its weights, logits and greedy continuation; PyTorch's layer norm and GELU; and the parameter
counts of the four sizes.

Run by `cargo xtask goldens`, or: python gpt2.py --out .
"""

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import GPT2Config, GPT2LMHeadModel

arguments = argparse.ArgumentParser()
arguments.add_argument("--out", type=Path, default=Path("."))
out = arguments.parse_args().out

torch.manual_seed(4)

# Every size differs from every other one, so that no mixed-up axis can go unseen.
config = GPT2Config(vocab_size=61, n_positions=17, n_embd=24, n_layer=3, n_head=4,
                    bos_token_id=None, eos_token_id=None)
model = GPT2LMHeadModel(config).eval()
with torch.no_grad():
    for parameter in model.parameters():  # biases and norms too: nothing stays 0 or 1
        parameter.add_(torch.randn_like(parameter) * 0.1)

ids = torch.randint(config.vocab_size, (2, 11))
with torch.no_grad():
    logits = model(ids).logits
    # Greedy continuation of the first row, 6 new ids: 17 positions in all.
    greedy = model.generate(
        ids[:1], attention_mask=torch.ones(1, 11), max_new_tokens=6, do_sample=False,
        pad_token_id=0,
    )

tensors = {"ids": ids, "logits": logits, "greedy": greedy}
for name, tensor in model.state_dict().items():
    if name != "lm_head.weight":  # tied: the same matrix as wte.weight
        tensors["model." + name.removeprefix("transformer.")] = tensor

x = torch.randn(3, 4, 7) * 3 + 1
norm = torch.nn.LayerNorm(7)
torch.nn.init.normal_(norm.weight)
torch.nn.init.normal_(norm.bias)
points = torch.linspace(-6, 6, 49)
with torch.no_grad():
    tensors |= {
        "norm.x": x, "norm.weight": norm.weight, "norm.bias": norm.bias, "norm.y": norm(x),
        "gelu.x": points,
        "gelu.exact": torch.nn.functional.gelu(points),
        "gelu.tanh": torch.nn.functional.gelu(points, approximate="tanh"),
    }
save_file({name: tensor.detach().contiguous().clone() for name, tensor in tensors.items()},
          out / "gpt2.safetensors")

sizes = {"gpt2": (768, 12, 12), "gpt2-medium": (1024, 24, 16),
         "gpt2-large": (1280, 36, 20), "gpt2-xl": (1600, 48, 25)}
counts = {}
for name, (n_embd, n_layer, n_head) in sizes.items():
    with torch.device("meta"):  # shapes without memory
        whole = GPT2LMHeadModel(GPT2Config(n_embd=n_embd, n_layer=n_layer, n_head=n_head))
    counts[name] = sum(parameter.numel() for parameter in whole.parameters())
(out / "parameters.json").write_text(json.dumps(counts, indent=2) + "\n")
