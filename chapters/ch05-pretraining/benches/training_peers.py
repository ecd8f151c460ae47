"""Times a training step of a GPT in PyTorch 2.11.0 beside the chapter's own.

    python training_peers.py --preset gpt2-124m --mode compiled --precision bf16 --threads 2

Reads one question a line from standard input,

    {"batch": 4, "tokens": 256, "steps": 3}

and answers with the median of so many steps, and the most memory that the process has had:

    {"seconds": 2.19, "peak_bytes": 3435000000}

A step is forward, loss, backward, clipping and fused AdamW; bf16 is autocast over weights in f32.
`cargo xtask bench ch05 --peers` starts it.
"""

import argparse
import contextlib
import json
import resource
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

# vocabulary, context, layers, channels, heads, dropout
PRESETS = {
    "gpt2-124m": (50_257, 1024, 12, 768, 12, 0.0),
    "char-shakespeare": (257, 256, 6, 384, 6, 0.2),
}


class Block(nn.Module):
    def __init__(self, channels, heads, dropout):
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.norm_1, self.norm_2 = nn.LayerNorm(channels), nn.LayerNorm(channels)
        self.qkv, self.out = nn.Linear(channels, 3 * channels), nn.Linear(channels, channels)
        self.up, self.down = nn.Linear(channels, 4 * channels), nn.Linear(4 * channels, channels)

    def attend(self, x):
        b, t, c = x.shape
        q, k, v = (
            part.view(b, t, self.heads, c // self.heads).transpose(1, 2)
            for part in self.qkv(x).chunk(3, dim=-1)
        )
        y = F.scaled_dot_product_attention(q, k, v, dropout_p=self.dropout, is_causal=True)
        return self.out(y.transpose(1, 2).reshape(b, t, c))

    def forward(self, x):
        x = x + F.dropout(self.attend(self.norm_1(x)), self.dropout)
        wide = F.gelu(self.up(self.norm_2(x)), approximate="tanh")
        return x + F.dropout(self.down(wide), self.dropout)


class GPT(nn.Module):
    def __init__(self, vocabulary, context, layers, channels, heads, dropout):
        super().__init__()
        self.dropout = dropout
        self.tokens, self.places = nn.Embedding(vocabulary, channels), nn.Embedding(context, channels)
        self.blocks = nn.ModuleList(Block(channels, heads, dropout) for _ in range(layers))
        self.norm = nn.LayerNorm(channels)
        for table in [self.tokens, self.places]:
            nn.init.normal_(table.weight, std=0.02)

    def forward(self, ids, targets):
        x = F.dropout(self.tokens(ids) + self.places.weight[: ids.shape[1]], self.dropout)
        for block in self.blocks:
            x = block(x)
        logits = F.linear(self.norm(x), self.tokens.weight)
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--preset", choices=PRESETS, required=True)
    parser.add_argument("--mode", choices=["eager", "compiled"], required=True)
    parser.add_argument("--precision", choices=["f32", "bf16"], required=True)
    parser.add_argument("--threads", type=int, required=True)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    sizes = PRESETS[args.preset]
    model = GPT(*sizes)
    loss_of = torch.compile(model) if args.mode == "compiled" else model
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=3e-4, betas=(0.9, 0.95), weight_decay=0.1, fused=True
    )

    def step(ids, targets):
        start = time.perf_counter()
        half = torch.autocast("cpu", torch.bfloat16)
        with half if args.precision == "bf16" else contextlib.nullcontext():
            loss = loss_of(ids, targets)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return time.perf_counter() - start

    for line in sys.stdin:
        question = json.loads(line)
        ids = torch.randint(sizes[0], (question["batch"], question["tokens"] + 1))
        inputs, targets = ids[:, :-1].contiguous(), ids[:, 1:].contiguous()
        step(inputs, targets)  # the first compiles
        seconds = statistics.median(step(inputs, targets) for _ in range(question["steps"]))
        kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(json.dumps({"seconds": seconds, "peak_bytes": kilobytes * 1024}), flush=True)


main()
