"""Golden checkpoint for chapter 6, written by TensorFlow's own `tf.compat.v1.train.Saver`:

    openai/              a tiny GPT-2 with the files and the variable names of OpenAI's release
    openai.safetensors   ids, and the logits that TensorFlow computes for them

The weights and the vocabulary are those of hugging-face/, so both folders hold the same model.
The model is written anew here, with OpenAI's names and its convolutions of width 1.

Made with tensorflow-cpu 2.21.0 and safetensors 0.8.0. Where tensorflow is not installed it makes
nothing. Run: python openai_tensorflow.py --out .
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

try:
    import tensorflow.compat.v1 as tf
except ImportError:
    print("no tensorflow here: the golden checkpoint openai/ stays as it is", file=sys.stderr)
    sys.exit()

here = Path(__file__).parent
arguments = argparse.ArgumentParser()
arguments.add_argument("--out", type=Path, default=Path("."))
out = arguments.parse_args().out / "openai"
out.mkdir(parents=True, exist_ok=True)

weights = {name.removeprefix("transformer."): weight for name, weight in
           load_file(here / "hugging-face/model.safetensors").items()}
config = json.loads((here / "hugging-face/config.json").read_text())
n_layer, n_head, n_embd = config["n_layer"], config["n_head"], config["n_embd"]
ids = load_file(here / "hugging-face.safetensors")["ids"]

tf.disable_eager_execution()


def variable(name, value):
    return tf.get_variable(name, initializer=tf.constant(value))


def norm(x, scope, name):
    with tf.variable_scope(scope):
        g = variable("g", weights[name + ".weight"])
        b = variable("b", weights[name + ".bias"])
    mean = tf.reduce_mean(x, axis=-1, keepdims=True)
    variance = tf.reduce_mean(tf.square(x - mean), axis=-1, keepdims=True)
    return g * (x - mean) * tf.math.rsqrt(variance + 1e-5) + b


def convolution(x, scope, name):
    with tf.variable_scope(scope):
        w = variable("w", weights[name + ".weight"][None])  # (1, c_in, c_out)
        b = variable("b", weights[name + ".bias"])
    return tf.nn.conv1d(x, w, stride=1, padding="VALID") + b


def attention(x, name):
    b, t = ids.shape
    qkv = tf.reshape(convolution(x, "c_attn", name + ".c_attn"),
                     [b, t, 3, n_head, n_embd // n_head])
    q, k, v = (tf.transpose(part, [0, 2, 1, 3]) for part in tf.unstack(qkv, axis=2))
    scores = tf.matmul(q, k, transpose_b=True) / np.sqrt(n_embd // n_head).astype("f")
    past = np.tril(np.ones([t, t], "f"))
    mixed = tf.matmul(tf.nn.softmax(scores * past - 1e10 * (1 - past)), v)
    mixed = tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [b, t, n_embd])
    return convolution(mixed, "c_proj", name + ".c_proj")


def feed_forward(x, name):
    x = convolution(x, "c_fc", name + ".c_fc")
    x = 0.5 * x * (1 + tf.tanh(np.sqrt(2 / np.pi).astype("f") * (x + 0.044715 * x ** 3)))
    return convolution(x, "c_proj", name + ".c_proj")


with tf.variable_scope("model"):
    wpe, wte = variable("wpe", weights["wpe.weight"]), variable("wte", weights["wte.weight"])
    x = tf.gather(wte, ids) + wpe[:ids.shape[1]]
    for layer in range(n_layer):
        with tf.variable_scope(f"h{layer}"):
            name = f"h.{layer}."
            normed = norm(x, "ln_1", name + "ln_1")
            with tf.variable_scope("attn"):
                x += attention(normed, name + "attn")
            normed = norm(x, "ln_2", name + "ln_2")
            with tf.variable_scope("mlp"):
                x += feed_forward(normed, name + "mlp")
    logits = tf.einsum("btc,vc->btv", norm(x, "ln_f", "ln_f"), wte)

with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    saver = tf.train.Saver(save_relative_paths=True)
    saver.save(session, str(out / "model.ckpt"), write_meta_graph=False)
    computed = session.run(logits)

sizes = {"n_vocab": config["vocab_size"], "n_ctx": config["n_positions"], "n_embd": n_embd,
         "n_head": n_head, "n_layer": n_layer}
(out / "hparams.json").write_text(json.dumps(sizes, indent=2))
model = json.loads((here / "hugging-face/tokenizer.json").read_text())["model"]
(out / "encoder.json").write_text(json.dumps(model["vocab"]))
merges = "".join(f"{left} {right}\n" for left, right in model["merges"])
(out / "vocab.bpe").write_text("#version: 0.2\n" + merges)
save_file({"ids": ids, "openai": computed}, out.parent / "openai.safetensors")
