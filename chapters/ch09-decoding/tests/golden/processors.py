"""Golden numbers for chapter 9: what the logit processors of Hugging Face's transformers make of
random, of tied and of extreme logits, alone and one after the other; a penalty that counts
padding; and the greedy text of a tiny random GPT2LMHeadModel, with and without a penalty.

Made with torch 2.11.0 and transformers 5.23.0.
Run by `cargo xtask goldens`, or: python processors.py --out .
"""

import argparse
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import GPT2Config, GPT2LMHeadModel
from transformers.generation.logits_process import (
    LogitsProcessorList,
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

arguments = argparse.ArgumentParser()
arguments.add_argument("--out", type=Path, default=Path("."))
out = arguments.parse_args().out

torch.manual_seed(9)
b, v, t = 4, 53, 12
ids = torch.randint(v, (b, t))

inputs = {
    "random": torch.randn(b, v) * 3,
    # Scores with few different values: many ties.
    "ties": torch.randint(-3, 4, (b, v)).float(),
    # Very large, very small, far apart, and some that can't be chosen at all.
    "extreme": torch.stack([
        torch.randn(v) * 1e4,
        torch.randn(v) * 1e-6,
        torch.cat([torch.tensor([1e30, -1e30]), torch.randn(v - 2)]),
        torch.randn(v).masked_fill(torch.arange(v) % 3 == 0, float("-inf")),
    ]),
}

temperature, top_k, top_p, min_p, repetition = (
    TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper, MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
)
chains = {f"temperature_{it}": [temperature(it)] for it in (0.1, 0.7, 1.5, 5.0)}
chains |= {f"top_k_{it}": [top_k(it)] for it in (1, 5, 20, 1000)}
chains |= {f"top_p_{it}": [top_p(it)] for it in (0.01, 0.5, 0.9, 0.99)}
chains |= {f"min_p_{it}": [min_p(it)] for it in (0.02, 0.1, 0.5)}
chains |= {f"repetition_{it}": [repetition(it)] for it in (0.8, 1.2, 2.0)}
chains |= {
    "all_careful": [repetition(1.2), temperature(0.7), top_k(20), top_p(0.9), min_p(0.05)],
    "all_bold": [repetition(1.5), temperature(1.8), top_k(60), top_p(0.98), min_p(0.01)],
}

tensors = {"ids": ids}
for kind, logits in inputs.items():
    tensors[f"{kind}.logits"] = logits
    for name, chain in chains.items():
        tensors[f"{kind}.{name}"] = LogitsProcessorList(chain)(ids, logits.clone())

# The same texts with 5 places of padding on the left: transformers counts the padding as text.
padded = torch.cat([torch.full((b, 5), 7), ids], dim=1)
tensors["padded.repetition_1.2"] = repetition(1.2)(padded, inputs["random"].clone())

config = GPT2Config(vocab_size=61, n_positions=45, n_embd=12, n_layer=2, n_head=3,
                    bos_token_id=None, eos_token_id=None)
model = GPT2LMHeadModel(config).eval()
with torch.no_grad():
    for parameter in model.parameters():  # enough noise that the text is not one word
        parameter.add_(torch.randn_like(parameter) * 0.4)
prompt = torch.randint(config.vocab_size, (1, 5))
for name, settings in {"greedy": {}, "greedy_repetition_1.3": {"repetition_penalty": 1.3}}.items():
    tensors[f"model.{name}"] = model.generate(
        prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=40, do_sample=False,
        pad_token_id=0, **settings,
    )[0, 5:]
tensors["model.prompt"] = prompt[0]
for name, tensor in model.state_dict().items():
    if name != "lm_head.weight":  # tied: the same matrix as wte.weight
        tensors["weights." + name.removeprefix("transformer.")] = tensor

save_file({name: tensor.contiguous().clone() for name, tensor in tensors.items()},
          out / "processors.safetensors")
