"""Golden numbers for chapter 5: five steps of PyTorch's AdamW with two groups, and a clipped
gradient.

Run by `cargo xtask goldens`, or: python adamw.py --out .
"""

import argparse
from pathlib import Path

import torch
from safetensors.torch import save_file

arguments = argparse.ArgumentParser()
arguments.add_argument("--out", type=Path, default=Path("."))
out = arguments.parse_args().out

torch.manual_seed(5)
matrix, bias = torch.randn(3, 4, requires_grad=True), torch.randn(4, requires_grad=True)
tensors = {"matrix.0": matrix.detach().clone(), "bias.0": bias.detach().clone()}
groups = [{"params": [matrix], "weight_decay": 0.1}, {"params": [bias], "weight_decay": 0.0}]
optimizer = torch.optim.AdamW(groups, lr=0.01, betas=(0.9, 0.95), eps=1e-8)
for step in range(1, 6):
    optimizer.zero_grad()
    ((torch.ones(2, 3) @ matrix + bias) ** 3).sum().backward()
    length = torch.nn.utils.clip_grad_norm_([matrix, bias], 1.0)
    tensors[f"length.{step}"] = length.reshape(1)
    optimizer.step()
    tensors[f"matrix.{step}"] = matrix.detach().clone()
    tensors[f"bias.{step}"] = bias.detach().clone()
save_file(tensors, out / "adamw.safetensors")
