"""Golden numbers for chapter 3: PyTorch's own multi-head attention, and rotary positions from
Hugging Face's Llama.

Run by `cargo xtask goldens`, or: python attention.py --out .
"""

import argparse
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import LlamaConfig
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding, apply_rotary_pos_emb

arguments = argparse.ArgumentParser()
arguments.add_argument("--out", type=Path, default=Path("."))
out = arguments.parse_args().out

torch.manual_seed(3)
b, t, c, h = 2, 5, 12, 3

attention = torch.nn.MultiheadAttention(c, h, batch_first=True)
torch.nn.init.normal_(attention.in_proj_bias, std=0.3)
torch.nn.init.normal_(attention.out_proj.bias, std=0.3)
x = torch.randn(b, t, c)
future = torch.ones(t, t, dtype=torch.bool).triu(1)
with torch.no_grad():
    y, weights = attention(x, x, x, attn_mask=future, average_attn_weights=False)

q, k = torch.randn(2, b, h, t, 4)
rotary = LlamaRotaryEmbedding(LlamaConfig(hidden_size=h * 4, num_attention_heads=h))
cos, sin = rotary(x, torch.arange(7, 7 + t)[None])  # the first token stands at position 7
turned_q, turned_k = apply_rotary_pos_emb(q, k, cos, sin)

tensors = {
    "x": x,
    # PyTorch keeps (c_out, c_in); the book's layers keep (c_in, c_out).
    "c_attn.weight": attention.in_proj_weight.detach().T,
    "c_attn.bias": attention.in_proj_bias.detach(),
    "c_proj.weight": attention.out_proj.weight.detach().T,
    "c_proj.bias": attention.out_proj.bias.detach(),
    "weights": weights,
    "y": y,
    "q": q,
    "k": k,
    "turned_q": turned_q,
    "turned_k": turned_k,
}
save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, out / "attention.safetensors")
