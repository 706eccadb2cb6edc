"""Training of the table: similarities within a batch are drawn to the teacher's, and headings to their passages."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

TEMPERATURE = np.float32(0.05)
# Texts that the teacher holds for the same are not compared.
SAME = 0.9995
# A package with fewer passages is too small for a batch of its own.
SMALLEST_GROUP = 400
# How people begin to ask; put before headings so that these words come to say nothing.
OPENINGS = [
    "how do i", "how can i", "how to", "what is", "can i", "is it possible to", "i want to", "i need help with",
    "where do i find", "why", "tell me about", "please explain", "question about", "hello,",
    "hi, i have a question about", "do you know",
]


@dataclass
class Texts:
    """Tokens of texts, with their teacher's vectors; `right` holds what belongs to each, if anything does."""

    left: list
    left_vectors: np.ndarray
    right: list = None
    right_vectors: np.ndarray = None
    # Numbers of texts that are about one thing, and so hard to tell apart.
    groups: list = None
    # How many of the batches are of this kind.
    share: float = 1.0
    # How much it counts that what belongs together is nearest.
    contrast: float = 0.0
    # Whether the left texts may be put as questions.
    asked: bool = False


@dataclass
class Settings:
    steps: int = 1000
    # Pairs in a batch; of texts without a pair, twice as many.
    batch: int = 512
    rate: float = 1.5e-3
    # The share of a passage's tokens that are left out.
    drop: float = 0.3
    # How many batches are of one group; of the others, how many are of texts near each other, and how many those are.
    one_group: float = 0.5
    near: float = 0.5
    neighbours: int = 64
    seed: int = 0


def train(table, kinds, openings, settings, report=print):
    """Returns the trained table: tokens × dimensions."""
    random = np.random.default_rng(settings.seed)
    table = table.astype(np.float32)
    optimiser = Adam(table.shape)
    shares = np.array([kind.share for kind in kinds])
    running = None
    for step in range(settings.steps):
        kind = kinds[random.choice(len(kinds), p=shares / shares.sum())]
        bags, vectors, pairs = batch(kind, table.shape[0], openings, settings, random)
        loss, gradient = compare(bags, table, vectors, pairs, kind.contrast)
        rate = settings.rate * min(1, (step + 1) / 50) * max(0.02, 1 - step / settings.steps)
        optimiser.step(table, gradient, rate)
        running = loss if running is None else 0.98 * running + 0.02 * loss
        if (step + 1) % 250 == 0:
            report(f"  step {step + 1}: loss {running:.3f}")
    return table


def batch(kind, width, openings, settings, random):
    """Returns the bags of a batch's texts, the teacher's vectors, and how many of the texts are pairs."""
    count = settings.batch if kind.right else 2 * settings.batch
    chosen = choose(kind, count, settings, random)
    texts = []
    for number in chosen:
        text = kind.left[number]
        if kind.asked and random.random() < 0.4:
            text = np.concatenate([openings[random.integers(len(openings))], text])
        texts.append(thin(text, settings.drop / 2, 4, random))
    vectors = kind.left_vectors[chosen]
    if kind.right:
        texts += [thin(kind.right[number], settings.drop, 10, random) for number in chosen]
        vectors = np.concatenate([vectors, kind.right_vectors[chosen]])
    return bags(texts, width), vectors, len(chosen) if kind.right else 0


def choose(kind, count, settings, random):
    if kind.groups and random.random() < settings.one_group:
        sizes = np.array([len(group) for group in kind.groups]) ** 0.7
        group = kind.groups[random.choice(len(kind.groups), p=sizes / sizes.sum())]
        return random.choice(group, min(count, len(group)), replace=False)
    if random.random() < settings.near:
        # Texts near each other, so that there is something to tell apart.
        seeds = random.choice(len(kind.left), count // settings.neighbours, replace=False)
        vectors = kind.left_vectors if kind.right is None or random.random() < 0.5 else kind.right_vectors
        nearness = vectors[seeds] @ vectors.T
        near = np.argpartition(-nearness, settings.neighbours, axis=1)[:, : settings.neighbours]
        return np.unique(near)
    return random.choice(len(kind.left), min(count, len(kind.left)), replace=False)


def thin(text, share, shortest, random):
    """Drops tokens of a text that has more than the shortest."""
    if len(text) <= shortest:
        return text
    kept = text[random.random(len(text)) > 2 * share * random.random()]
    return kept if len(kept) else text


def bags(texts, width):
    """Returns texts × tokens: the square root of how often each occurs, as passages are embedded."""
    lengths = np.cumsum([0, *map(len, texts)])
    tokens = np.concatenate(texts)
    matrix = csr_matrix((np.ones(len(tokens), np.float32), tokens, lengths), shape=(len(texts), width))
    matrix.sum_duplicates()
    matrix.data = np.sqrt(matrix.data)
    return matrix


def compare(bags, table, teacher, pairs, contrast):
    """Returns the loss of a batch and its gradient by the table."""
    sums = bags @ table
    lengths = np.linalg.norm(sums, axis=1, keepdims=True) + np.float32(1e-6)
    vectors = sums / lengths
    similar = teacher @ teacher.T
    same = similar > SAME
    wanted = softmax(np.where(same, np.float32(-1e4), similar / TEMPERATURE))
    found = softmax(np.where(same, np.float32(-1e4), vectors @ vectors.T / TEMPERATURE))
    loss = (wanted * (np.log(wanted + 1e-12) - np.log(found + 1e-12))).sum() / len(vectors)
    slope = (found - wanted) / len(vectors)
    gradient = (slope + slope.T) @ vectors / TEMPERATURE
    if pairs and contrast:
        left, right = vectors[:pairs], vectors[pairs:]
        scores = left @ right.T / TEMPERATURE
        there, back = softmax(scores), softmax(scores.T).T
        one = np.eye(pairs, dtype=np.float32)
        loss -= contrast * (np.log(np.diag(there) + 1e-12).mean() + np.log(np.diag(back) + 1e-12).mean()) / 2
        slope = contrast * (there + back - 2 * one) / (2 * pairs) / TEMPERATURE
        gradient[:pairs] += slope @ right
        gradient[pairs:] += slope.T @ left
    gradient = (gradient - (gradient * vectors).sum(axis=1, keepdims=True) * vectors) / lengths
    return float(loss), bags.T @ gradient


def groups(names):
    """Returns the numbers of the texts of each package that has enough of them for a batch."""
    names = np.array(names)
    found = (np.flatnonzero(names == name) for name in sorted(set(names)))
    return [numbers for numbers in found if len(numbers) >= SMALLEST_GROUP]


def softmax(scores):
    scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    return scores / scores.sum(axis=1, keepdims=True)


class Adam:
    """Works on a few rows at a time, which stay in the processor's cache."""

    ROWS = 128

    def __init__(self, shape, first=0.9, second=0.99):
        self.mean = np.zeros(shape, np.float32)
        self.square = np.zeros(shape, np.float32)
        self.first, self.second = np.float32(first), np.float32(second)
        self.steps = 0

    def step(self, table, gradient, rate):
        """Changes the table; the gradient is used up."""
        self.steps += 1
        rate = np.float32(rate / (1 - self.first**self.steps))
        correction = np.float32(1 / (1 - self.second**self.steps))
        for start in range(0, len(table), self.ROWS):
            rows = slice(start, start + self.ROWS)
            slope, mean, square = gradient[rows], self.mean[rows], self.square[rows]
            mean *= self.first
            mean += (1 - self.first) * slope
            slope *= slope
            slope *= 1 - self.second
            square *= self.second
            square += slope
            np.multiply(square, correction, out=slope)
            np.sqrt(slope, out=slope)
            slope += np.float32(1e-8)
            np.divide(mean, slope, out=slope)
            slope *= rate
            table[rows] -= slope
