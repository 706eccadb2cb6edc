#!/usr/bin/env python3
"""Fits the confidence: a logistic regression over the features of searches, tried on corpora it has not seen.

    cargo run --release --example confidence --features eval -- DIR... > rows.jsonl
    python3 model/confidence.py rows.jsonl        (needs numpy)

Prints, for each corpus, how the regression fitted on the other corpora does on it; then the weights of the regression
fitted on all, as they stand in src/tuning.rs.
"""

import json
import sys

import numpy as np

FEATURES = [
    "cosine", "sentence_cosine", "heading_cosine", "bm25", "background_coverage", "background_unknown",
    "sentence_match", "terms", "chunks", "lead", "context", "names_unsaid",
]
# How much each kind of search counts. Most people who ask a company's agent ask about the company; a question whose
# answer happens to be missing is next to those that are answered, and drags them down when it counts for much.
KINDS = {"answerable": 0.80, "unrelated": 0.18, "removed": 0.02}
# A question that denies something, and best sentences that do not; a best sentence that has the opposite of a word of the
# question; a question for a number, a person or a place, and a best sentence without one. Set by hand, from rules and not
# from rows: no corpus here teaches them but the one whose unanswerable questions were made with them in mind, where they
# would be learnt far too well.
BY_HAND = {"negation": -3.0, "opposite": -2.0, "kind_unsaid": -1.0}
RIDGE = 1e-3
THRESHOLDS = (0.5, 0.6, 0.7)


def area(positives, negatives):
    """The probability that a positive is above a negative."""
    values, places, counts = np.unique(np.r_[positives, negatives], return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    n = len(positives)
    return (ranks[:n].sum() - n * (n + 1) / 2) / (n * len(negatives))


def weights(rows, sets, kinds, small):
    """Every corpus, size class and kind counts as much as KINDS says, however many searches it has."""
    weight = np.zeros(len(rows))
    for name in sorted(set(sets)):
        for is_small in (False, True):
            for kind, share in KINDS.items():
                chosen = (sets == name) & (kinds == kind) & (small == is_small)
                if chosen.any():
                    weight[chosen] = share / chosen.sum()
    return weight


def fit(x, y, weight, offset):
    """Newton's method on standardised features; returns weights of the raw features and the intercept."""
    weight = weight / weight.sum()
    mean = weight @ x
    deviation = np.sqrt(weight @ (x - mean) ** 2) + 1e-9
    z = np.c_[(x - mean) / deviation, np.ones(len(x))]
    ridge = RIDGE * np.r_[np.ones(x.shape[1]), 0]
    w = np.zeros(z.shape[1])
    for _ in range(100):
        p = 1 / (1 + np.exp(-(z @ w + offset)))
        step = np.linalg.solve((z * (weight * p * (1 - p))[:, None]).T @ z + np.diag(ridge), z.T @ (weight * (p - y)) + ridge * w)
        w -= step
        if abs(step).max() < 1e-10:
            break
    raw = w[:-1] / deviation
    return raw, w[-1] - raw @ mean


def calibration_error(p, y, weight):
    bins = np.minimum((p * 10).astype(int), 9)
    held = [bins == b for b in range(10) if (bins == b).any()]
    return sum(abs((weight[h] * (p - y)[h]).sum()) for h in held) / weight.sum()


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    x = np.array([[dict(row["features"])[name] for name in FEATURES] for row in rows])
    sets = np.array([row["set"] for row in rows])
    # Follow-ups to a corpus are no other corpus.
    corpora = np.array([row["set"].removesuffix("_ctx") for row in rows])
    kinds = np.array([row["kind"] for row in rows])
    small = np.array([row["size"] > 0 for row in rows])
    y = (kinds == "answerable").astype(float)
    offset = sum(weight * np.array([dict(row["features"])[name] for row in rows]) for name, weight in BY_HAND.items())
    weight = weights(rows, sets, kinds, small)
    for name in sorted(set(sets)):
        others = (corpora != name.removesuffix("_ctx")) & (weight > 0)
        raw, intercept = fit(x[others], y[others], weight[others], offset[others])
        p = 1 / (1 + np.exp(-(x @ raw + intercept + offset)))
        for is_small in (False, True):
            here = (sets == name) & (small == is_small)
            if not here.any():
                continue
            positives = p[here & (kinds == "answerable")]
            line = f"{name:14} {'samples' if is_small else 'whole  '} kept " + " ".join(f"{(positives >= t).mean():.2f}" for t in THRESHOLDS)
            for kind in ("unrelated", "removed", "unanswerable"):
                negatives = p[here & (kinds == kind)]
                if len(negatives):
                    refused = " ".join(f"{(negatives < t).mean():.2f}" for t in THRESHOLDS)
                    line += f" | {kind} AUROC {area(positives, negatives):.3f} refused {refused}"
            counted = here & (weight > 0)
            print(line + f" | ECE {calibration_error(p[counted], y[counted], weight[counted]):.3f}")
    every = weight > 0
    raw, intercept = fit(x[every], y[every], weight[every], offset[every])
    print(f"\npub(crate) const CONFIDENCE_INTERCEPT: f32 = {intercept:.3f};")
    print(f"pub(crate) const CONFIDENCE_WEIGHTS: [(&str, f32); {len(FEATURES) + len(BY_HAND)}] = [")
    for name, value in [*zip(FEATURES, raw), *BY_HAND.items()]:
        print(f'    ("{name}", {value:.3f}),')
    print("];")


if __name__ == "__main__":
    main()
