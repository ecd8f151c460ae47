"""Times a forward pass of GPT-2 in PyTorch 2.11.0, eager, beside the chapter's own.

    python gpt2_peers.py --vocabulary 50257 --context 1024 --layers 12 --channels 768 --heads 12 --threads 2

Reads one question a line from standard input, such as

    {"precision": "bf16", "batch": 4, "tokens": 256}

and answers each with {"seconds": 0.0123}. The pass makes the logits of every place and no
gradients. `cargo xtask bench ch04 --peers` starts it.
"""

import argparse
import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

KINDS = {"f32": torch.float32, "bf16": torch.bfloat16}


class Block(nn.Module):
    def __init__(self, channels, heads):
        super().__init__()
        self.heads = heads
        self.norm_1, self.norm_2 = nn.LayerNorm(channels), nn.LayerNorm(channels)
        self.qkv, self.out = nn.Linear(channels, 3 * channels), nn.Linear(channels, channels)
        self.up, self.down = nn.Linear(channels, 4 * channels), nn.Linear(4 * channels, channels)

    def attend(self, x):
        b, t, c = x.shape
        q, k, v = (
            part.view(b, t, self.heads, c // self.heads).transpose(1, 2)
            for part in self.qkv(x).chunk(3, dim=-1)
        )
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.out(y.transpose(1, 2).reshape(b, t, c))

    def forward(self, x):
        x = x + self.attend(self.norm_1(x))
        return x + self.down(F.gelu(self.up(self.norm_2(x)), approximate="tanh"))


class GPT2(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        c = sizes.channels
        self.tokens = nn.Embedding(sizes.vocabulary, c)
        self.places = nn.Embedding(sizes.context, c)
        self.blocks = nn.ModuleList(Block(c, sizes.heads) for _ in range(sizes.layers))
        self.norm = nn.LayerNorm(c)
        for table in [self.tokens, self.places]:
            nn.init.normal_(table.weight, std=0.02)

    def forward(self, ids):
        x = self.tokens(ids) + self.places.weight[: ids.shape[1]]
        for block in self.blocks:
            x = block(x)
        return F.linear(self.norm(x), self.tokens.weight)


def main():
    parser = argparse.ArgumentParser()
    for name in ["vocabulary", "context", "layers", "channels", "heads", "threads"]:
        parser.add_argument(f"--{name}", type=int, required=True)
    sizes = parser.parse_args()
    torch.set_num_threads(sizes.threads)
    torch.manual_seed(0)
    models = {}
    for line in sys.stdin:
        question = json.loads(line)
        precision = question["precision"]
        if precision not in models:
            models = {precision: GPT2(sizes).to(KINDS[precision]).eval()}  # one at a time
        ids = torch.randint(sizes.vocabulary, (question["batch"], question["tokens"]))
        with torch.no_grad():
            start = time.perf_counter()
            models[precision](ids)
            seconds = time.perf_counter() - start
        print(json.dumps({"seconds": seconds}), flush=True)


main()
