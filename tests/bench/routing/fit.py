"""Fits the head on train.jsonl alone, calibrates it out of fold, chooses prototypes; always the same bytes.

    python tests/bench/routing/fit.py [OUT_FOLDER]

Needs numpy only. The fit is a kernel logistic regression, solved in the space of the instructions (there
are far fewer of them than features), then turned into one weight per feature.
"""

from __future__ import annotations

import os
import sys

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")  # one order of sums

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from routerd.adapters.semantic.embedding import StaticEmbedder
from routerd.adapters.semantic.features import BUCKETS, gram_buckets, pair_buckets, split, word_bucket
from routerd.adapters.semantic.head import KINDS
from routerd.domain.tier import Tier
from routerd.routing.words import own_words

HERE = Path(__file__).parent
SHIPPED = HERE.parents[2] / "routerd" / "data" / "routing"
LOSS_WEIGHT = 4.0  # this and the weights of the voices are the best of a dozen tried, by folds of train
MEANING_WEIGHT = 0.5
VOICE_WEIGHTS = (1.0, 3.0, 1.0)  # words, letter groups, pairs of words
FOLDS = 5  # by author pattern
WANTED_PRECISION = 0.95  # as the issue asks; folds also miss a fifth of the authors, so unseen data does better
PROTOTYPES = 800  # similarity to 800 takes 0.1 ms; more changed no answer's reason for the better

Array = NDArray[np.float64]
KIND_OF = {kind: index for index, kind in enumerate(KINDS)}
TIERS = sorted(Tier, key=lambda tier: -tier.rank)
TIER_OF_KIND = np.array([TIERS.index(tier) for tier, _ in KINDS])


@dataclass(frozen=True)
class Labelled:
    """The labelled set, ready to fit."""

    texts: list[str]
    kinds: NDArray[np.intp]
    patterns: list[str]
    embedded: Array
    spelled: list[list[tuple[NDArray[np.intp], Array]]]
    """For each voice (words, groups, pairs) and text: the rows and their values, of length 1."""


def main(out: Path) -> None:
    data = read(HERE / "data" / "train.jsonl", out)
    kernel = MEANING_WEIGHT * (data.embedded @ data.embedded.T)
    for weight, voice in zip(VOICE_WEIGHTS, data.spelled, strict=True):
        kernel += weight * gram_matrix(voice)
    evidence = out_of_fold(kernel, data)
    temperature = calibrate(evidence, data.kinds)
    tiers = by_tier(softmax(evidence / temperature))
    margin = confident_margin(tiers, TIER_OF_KIND[data.kinds])
    alphas, bias = fit(kernel, data.kinds)
    rows = np.zeros((BUCKETS, len(KINDS)))
    for weight, voice in zip(VOICE_WEIGHTS, data.spelled, strict=True):
        for (buckets, values), alpha in zip(voice, alphas, strict=True):
            np.add.at(rows, buckets, weight * values[:, None] * alpha)
    np.savez(  # its zip entries carry a fixed date: the same bytes on every run
        out / "head.npz",
        bias=bias.astype(np.float32),
        meaning=(MEANING_WEIGHT * data.embedded.T @ alphas).astype(np.float32),
        rows=rows.astype(np.float16),
        calibration=np.array([temperature, margin], dtype=np.float64),
    )
    write_prototypes(out / "prototypes.jsonl", data, tiers)
    report(out, data, tiers, (temperature, margin))


def read(path: Path, folder: Path) -> Labelled:
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    texts = [own_words(line["text"]).text for line in lines]
    return Labelled(
        texts,
        np.array([KIND_OF[Tier(line["tier"]), line["action"]] for line in lines]),
        [line["pattern"] for line in lines],
        StaticEmbedder(folder).embed(texts).astype(np.float64),
        [[voice(split(text)) for text in texts] for voice in (words, groups, neighbours)],
    )


def words(of: list[str]) -> tuple[NDArray[np.intp], Array]:
    return unit([word_bucket(word) for word in dict.fromkeys(of)])


def groups(of: list[str]) -> tuple[NDArray[np.intp], Array]:
    return unit([bucket for word in dict.fromkeys(of) for bucket in gram_buckets(word)])


def neighbours(of: list[str]) -> tuple[NDArray[np.intp], Array]:
    return unit(pair_buckets(of) if of else [])


def unit(buckets: list[int]) -> tuple[NDArray[np.intp], Array]:
    """The counts, divided as `Head` divides them: by the root of how many places there are."""
    counts = Counter(buckets)
    values = np.array(list(counts.values()), dtype=np.float64) / max(len(buckets), 1) ** 0.5
    return np.array(list(counts), dtype=np.intp), values


def gram_matrix(voice: list[tuple[NDArray[np.intp], Array]]) -> Array:
    used = np.unique(np.concatenate([buckets for buckets, _ in voice]))
    dense = np.zeros((len(voice), len(used)), dtype=np.float32)
    for row, (buckets, values) in enumerate(voice):
        dense[row, np.searchsorted(used, buckets)] = values
    return np.asarray(dense @ dense.T, dtype=np.float64)


def fit(kernel: Array, kinds: NDArray[np.intp], steps: int = 60) -> tuple[Array, Array]:
    """Weights for each instruction, and a bias: Newton's method with Böhning's fixed bound on the curvature."""
    count = len(kinds)
    wanted = np.eye(len(KINDS))[kinds]
    inverse = np.linalg.inv(kernel + np.eye(count) * 2 / LOSS_WEIGHT)
    alphas = np.zeros((count, len(KINDS)))
    bias = np.log(wanted.mean(axis=0))
    for _ in range(steps):
        gap = wanted - softmax(kernel @ alphas + bias)
        alphas += inverse @ (gap - alphas / LOSS_WEIGHT) * 2
        bias += gap.mean(axis=0)
    return alphas, bias


def out_of_fold(kernel: Array, data: Labelled) -> Array:
    names = sorted(set(data.patterns))
    fold = np.array([names.index(pattern) % FOLDS for pattern in data.patterns])
    evidence = np.zeros((len(fold), len(KINDS)))
    for number in range(FOLDS):
        seen, left = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        alphas, bias = fit(kernel[np.ix_(seen, seen)], data.kinds[seen])
        evidence[left] = kernel[np.ix_(left, seen)] @ alphas + bias
    return evidence


def calibrate(evidence: Array, kinds: NDArray[np.intp]) -> float:
    """The temperature with the least log loss over tiers."""
    truth = TIER_OF_KIND[kinds]

    def loss(temperature: float) -> float:
        tiers = by_tier(softmax(evidence / temperature))
        return float(-np.log(tiers[np.arange(len(truth)), truth]).mean())

    return min((round(0.3 + 0.02 * step, 2) for step in range(60)), key=loss)


def confident_margin(tiers: Array, truth: NDArray[np.intp]) -> float:
    """The smallest margin above which answers are right as often as wanted."""
    ordered = np.sort(tiers, axis=1)
    margins = ordered[:, -1] - ordered[:, -2]
    right = tiers.argmax(axis=1) == truth
    return next(m / 100 for m in range(100) if right[margins >= m / 100].mean() >= WANTED_PRECISION)


def write_prototypes(path: Path, data: Labelled, tiers: Array) -> None:
    """Instructions that the head gets right unseen, each as far as possible from those chosen before."""
    truth = TIER_OF_KIND[data.kinds]
    sure = np.flatnonzero((tiers.argmax(axis=1) == truth) & np.array([len(t) <= 90 for t in data.texts]))
    chosen = [int(sure[0])]
    nearest = data.embedded[sure] @ data.embedded[chosen[0]]
    while len(chosen) < min(PROTOTYPES, len(sure)):
        pick = int(sure[nearest.argmin()])
        chosen.append(pick)
        nearest = np.maximum(nearest, data.embedded[sure] @ data.embedded[pick])
    lines = []
    for index in sorted(chosen):
        tier, action = KINDS[data.kinds[index]]
        lines.append(json.dumps({"text": data.texts[index], "tier": tier, "action": action}, ensure_ascii=False))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def by_tier(kinds: Array) -> Array:
    return np.stack([kinds[:, tier == TIER_OF_KIND].sum(axis=1) for tier in range(len(TIERS))], axis=1)


def softmax(evidence: Array) -> Array:
    weights = np.exp(evidence - evidence.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def report(out: Path, data: Labelled, tiers: Array, calibration: tuple[float, float]) -> None:
    ordered = np.sort(tiers, axis=1)
    sure = ordered[:, -1] - ordered[:, -2] >= calibration[1]
    right = tiers.argmax(axis=1) == TIER_OF_KIND[data.kinds]
    shown = {
        "instructions": len(right),
        "out_of_fold_accuracy": round(float(right.mean()), 4),
        "out_of_fold_confident_accuracy": round(float(right[sure].mean()), 4),
        "out_of_fold_coverage": round(float(sure.mean()), 4),
        "temperature": calibration[0],
        "confident_margin": calibration[1],
        "sha256": {
            name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in ("head.npz", "prototypes.jsonl")
        },
    }
    print(json.dumps(shown, indent=2))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED)
