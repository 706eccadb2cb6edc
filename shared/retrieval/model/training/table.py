"""The table before training, and the file it is written to after."""

import json
import struct

import numpy as np

DIMENSIONS = 256
# Smooth inverse frequency: a token of probability p weighs a / (a + p).
SMOOTHING = 1e-3


def first_table(states):
    """Returns tokens × dimensions: the principal components of the teacher's states of the tokens, weighted."""
    centred = states - states.mean(axis=0)
    values, axes = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    axes = axes[:, np.argsort(-values)[:DIMENSIONS]]
    # The signs are arbitrary; fixed, so that every machine starts from the same table.
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(DIMENSIONS)])
    # The vocabulary is ordered by frequency, which falls by Zipf's law.
    ranks = 1 / (np.arange(len(states)) + 2.7)
    weights = SMOOTHING / (SMOOTHING + ranks / ranks.sum())
    table = centred @ axes.astype(np.float32) * weights[:, None]
    return (table / np.linalg.norm(table, axis=1).mean()).astype(np.float32)


def file_of(table):
    """Returns the bytes of a safetensors file with int8 rows and a half precision factor for each."""
    factors = (np.abs(table).max(axis=1) / 127).astype(np.float16)
    factors = np.maximum(factors, np.float16(6e-8))
    rows = np.clip(np.rint(table / factors.astype(np.float32)[:, None]), -127, 127).astype(np.int8)
    parts = {"embeddings": ("I8", rows), "scales": ("F16", factors)}
    header, data = {}, b""
    for name, (kind, values) in parts.items():
        part = values.tobytes()
        header[name] = {"dtype": kind, "shape": list(values.shape), "data_offsets": [len(data), len(data) + len(part)]}
        data += part
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data
