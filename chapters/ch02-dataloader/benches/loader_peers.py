"""Times two Python loaders on a token shard of ours, and prints what they reached as JSON.

    python loader_peers.py SHARD [--batch-size 12] [--context 1024] [--batches 1000] [--rounds 3]

- memmap: random windows from a NumPy memory map, stacked one by one, in the main process. This is
  the way that nanoGPT makes its batches.
- DataLoader: PyTorch's own, with shuffling and two worker processes.

Both give int64 inputs and targets of the shape (batch, context) on the CPU. Compare with

    cargo run --release -p ch02 -- bench SHARD

The packages were torch 2.11.0 and numpy 2.
"""

import argparse
import json
import statistics
import time

import numpy
import torch
from torch.utils.data import DataLoader, Dataset

HEADER_BYTES = 64


def tokens_of(shard):
    """The tokens of a shard, mapped into memory: its header says how wide they are."""
    with open(shard, "rb") as file:
        header = file.read(HEADER_BYTES)
    if header[:8] != b"LLMTOKEN":
        raise SystemExit(f"{shard} is no token shard")
    width = int.from_bytes(header[12:16], "little")
    return numpy.memmap(shard, dtype=f"<u{width}", mode="r", offset=HEADER_BYTES)


def window(tokens, start, context):
    ids = torch.from_numpy(tokens[start:start + context + 1].astype(numpy.int64))
    return ids[:-1], ids[1:]


class Windows(Dataset):
    def __init__(self, shard, context):
        self.shard, self.context, self.tokens = shard, context, None
        self.count = (len(tokens_of(shard)) - 1) // context

    def __len__(self):
        return self.count

    def __getitem__(self, number):
        if self.tokens is None:  # each worker process has a map of its own
            self.tokens = tokens_of(self.shard)
        return window(self.tokens, number * self.context, self.context)


def from_memmap(args):
    tokens = tokens_of(args.shard)
    while True:
        starts = torch.randint(len(tokens) - args.context, (args.batch_size,))
        pairs = [window(tokens, start, args.context) for start in starts.tolist()]
        yield torch.stack([x for x, _ in pairs]), torch.stack([y for _, y in pairs])


def from_data_loader(args):
    loader = DataLoader(
        Windows(args.shard, args.context), batch_size=args.batch_size, shuffle=True,
        num_workers=2, drop_last=True)
    while True:
        yield from loader


def measure(batches, args):
    """Tokens per second, once the first batch is there."""
    next(batches)
    start = time.perf_counter()
    for _ in range(args.batches):
        inputs, targets = next(batches)
        assert inputs.shape == targets.shape == (args.batch_size, args.context)
    seconds = time.perf_counter() - start
    batches.close()
    return args.batches * args.batch_size * args.context / seconds


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("shard")
    parser.add_argument("--batch-size", type=int, default=12)
    parser.add_argument("--context", type=int, default=1024)
    parser.add_argument("--batches", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    torch.set_num_threads(1)
    peers = {"memmap": from_memmap, "DataLoader": from_data_loader}
    rates = {name: [] for name in peers}
    for _ in range(args.rounds):
        for name, peer in peers.items():
            rates[name].append(measure(peer(args), args))
    print(json.dumps({
        name: {"tokens_per_second": statistics.median(rate)} for name, rate in rates.items()
    }))


main()
