"""Golden numbers for chapter 5: five steps of PyTorch's Muon on a tall matrix and on three square
ones, which lie side by side in GPT-2's c_attn.

PyTorch orthogonalises in bf16, whatever the parameter's type is: compare with a tolerance of one
percent of the way.

Run by `cargo xtask goldens`, or: python muon.py --out .
"""

import argparse
from pathlib import Path

import torch
from safetensors.torch import save_file

arguments = argparse.ArgumentParser()
arguments.add_argument("--out", type=Path, default=Path("."))
out = arguments.parse_args().out

torch.manual_seed(6)
tall = torch.randn(6, 4, requires_grad=True)
square = [torch.randn(4, 4, requires_grad=True) for _ in range(3)]
x, y = torch.randn(5, 6), torch.randn(5, 4)
tensors = {"x": x, "y": y}


def keep(step):
    tensors[f"tall.{step}"] = tall.detach().clone()
    tensors[f"square.{step}"] = torch.cat([part.detach() for part in square], dim=1).contiguous()


keep(0)
optimizer = torch.optim.Muon(
    [tall, *square], lr=0.05, weight_decay=0.1, momentum=0.95, nesterov=True, adjust_lr_fn="match_rms_adamw"
)
for step in range(1, 6):
    optimizer.zero_grad()
    joined = torch.cat(square, dim=1)
    ((x @ tall) ** 3).sum().backward()
    ((y @ joined) ** 3).sum().backward()
    optimizer.step()
    keep(step)
save_file(tensors, out / "muon.safetensors")
