"""Golden numbers for chapter 4's switches: a tiny random LlamaForCausalLM of Hugging Face's
transformers. With biases in attention it is what GPT-2 becomes with RMS norms, SwiGLU and rotary
positions.

Run by `cargo xtask goldens`, or: python llama.py --out .
"""

import argparse
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM

arguments = argparse.ArgumentParser()
arguments.add_argument("--out", type=Path, default=Path("."))
out = arguments.parse_args().out

torch.manual_seed(4)

config = LlamaConfig(
    vocab_size=61, max_position_embeddings=17, hidden_size=24, intermediate_size=8 * 24 // 3,
    num_hidden_layers=3, num_attention_heads=4, rms_norm_eps=1e-5, tie_word_embeddings=True,
    attention_bias=True, hidden_act="silu", bos_token_id=None, eos_token_id=None,
)
model = LlamaForCausalLM(config).eval()
with torch.no_grad():
    for parameter in model.parameters():  # biases and norms too: nothing stays 0 or 1
        parameter.add_(torch.randn_like(parameter) * 0.1)

ids = torch.randint(config.vocab_size, (2, 17))
with torch.no_grad():
    tensors = {"ids": ids, "logits": model(ids).logits}

theirs = model.model.state_dict()
tensors["model.wte.weight"] = theirs["embed_tokens.weight"]
tensors["model.ln_f.weight"] = theirs["norm.weight"]
for i in range(config.num_hidden_layers):
    layer, ours = f"layers.{i}.", f"model.h.{i}."
    attention = layer + "self_attn."
    # PyTorch keeps (c_out, c_in); the book's layers keep (c_in, c_out).
    for part in ["weight", "bias"]:
        qkv = torch.cat([theirs[f"{attention}{name}_proj.{part}"] for name in "qkv"])
        tensors[f"{ours}attn.c_attn.{part}"] = qkv.T if part == "weight" else qkv
    tensors[f"{ours}attn.c_proj.weight"] = theirs[f"{attention}o_proj.weight"].T
    tensors[f"{ours}attn.c_proj.bias"] = theirs[f"{attention}o_proj.bias"]
    for name in ["gate", "up", "down"]:
        tensors[f"{ours}mlp.{name}.weight"] = theirs[f"{layer}mlp.{name}_proj.weight"].T
    tensors[f"{ours}ln_1.weight"] = theirs[f"{layer}input_layernorm.weight"]
    tensors[f"{ours}ln_2.weight"] = theirs[f"{layer}post_attention_layernorm.weight"]

save_file({name: tensor.detach().contiguous().clone() for name, tensor in tensors.items()},
          out / "llama.safetensors")
