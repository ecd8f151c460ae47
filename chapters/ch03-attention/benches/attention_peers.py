"""Times multi-head causal attention in PyTorch 2.11.0, eager, beside the chapter's own.

    python attention_peers.py --channels 768 --heads 12 --batch 1 --threads 2

Reads one question a line from standard input, such as

    {"form": "fused", "precision": "bf16", "pass": "forward", "tokens": 256}

and answers each with {"seconds": 0.0123}: how long one pass took, on average over as many as
fill 20 milliseconds. `cargo xtask bench ch03 --peers` starts it.
"""

import argparse
import json
import math
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

KINDS = {"f32": torch.float32, "bf16": torch.bfloat16}
LEAST = 0.02  # seconds


class Attention(nn.Module):
    """One product for queries, keys and values, which is then split into heads."""

    def __init__(self, channels, heads, fused):
        super().__init__()
        self.qkv = nn.Linear(channels, 3 * channels)
        self.out = nn.Linear(channels, channels)
        self.heads, self.fused = heads, fused

    def forward(self, x):
        b, t, c = x.shape
        q, k, v = (
            part.view(b, t, self.heads, c // self.heads).transpose(1, 2)
            for part in self.qkv(x).chunk(3, dim=-1)
        )
        if self.fused:
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            future = torch.ones(t, t, dtype=torch.bool).triu(1)
            scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
            y = scores.masked_fill(future, -math.inf).softmax(-1) @ v
        return self.out(y.transpose(1, 2).reshape(b, t, c))


def forward(layer, x):
    with torch.no_grad():
        layer(x)


def forward_and_backward(layer, x):
    torch.autograd.grad(layer(x).sum(), [x, *layer.parameters()])


def seconds(work):
    start, times = time.perf_counter(), 0
    while time.perf_counter() - start < LEAST:
        work()
        times += 1
    return (time.perf_counter() - start) / times


def main():
    parser = argparse.ArgumentParser()
    for name in ["channels", "heads", "batch", "threads"]:
        parser.add_argument(f"--{name}", type=int, required=True)
    sizes = parser.parse_args()
    torch.set_num_threads(sizes.threads)
    torch.manual_seed(0)
    layers = {
        (form, precision): Attention(sizes.channels, sizes.heads, form == "fused").to(kind)
        for form in ["explicit", "fused"]
        for precision, kind in KINDS.items()
    }
    for line in sys.stdin:
        question = json.loads(line)
        precision = question["precision"]
        x = torch.randn(sizes.batch, question["tokens"], sizes.channels).to(KINDS[precision])
        x.requires_grad_(True)
        layer = layers[question["form"], precision]
        work = forward if question["pass"] == "forward" else forward_and_backward
        print(json.dumps({"seconds": seconds(lambda: work(layer, x))}), flush=True)


main()
