"""Fits the head, calibrates it out of fold, chooses prototypes; always the same bytes for the same data.

    python -m tests.bench.routing.fit [--out FOLDER] [--real FILE]

`--real` (or ROUTERD_REAL_INSTRUCTIONS) names further labelled instructions, one JSON object a line with `text`,
`tier`, `also` (further acceptable tiers) and `source`: the head is then fitted on them too, and calibrated on them
alone, each judged by a head that has seen nothing of its repository. Their texts go nowhere but into the weights.
Without it the head is fitted on train.jsonl and calibrated by its author patterns.

Needs numpy only. The fit is a kernel logistic regression, solved in the space of the instructions (there
are far fewer of them than features), then turned into one weight per feature.
"""

from __future__ import annotations

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")  # one order of sums

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from routerd.adapters.semantic.features import BUCKETS
from routerd.adapters.semantic.head import KINDS
from tests.bench.routing.labelled import (
    MEANING_WEIGHT,
    TIER_OF_KIND,
    TIERS,
    VOICE_WEIGHTS,
    Array,
    Labelled,
    kernel_of,
    read,
)
from tests.bench.routing.report import Judged, judged, report

HERE = Path(__file__).parent
SHIPPED = HERE.parents[2] / "routerd" / "data" / "routing"
LOSS_WEIGHT = 4.0  # this and the weights of the voices are the best of a dozen tried, by repositories of real text
FOLDS = 5  # by author pattern, where no real text is given
WANTED_PRECISION = 0.95  # on our own instructions; folds also miss a fifth of the authors, so unseen data does better
WANTED_REAL_PRECISION = 0.92  # on real ones
PROTOTYPES = 800  # similarity to 800 takes 0.1 ms; more changed no answer's reason for the better


def main(out: Path, real: Path | None) -> None:
    data = read(HERE / "data" / "train.jsonl", real, out)
    kernel = kernel_of(data)
    evidence = all_out_of_fold(kernel, data)
    rows = slice(data.own, None) if real else slice(0, data.own)
    temperature, margin = calibrated(evidence[rows], data.truth[rows], precision_of(real))
    tiers = by_tier(softmax(evidence / temperature))
    alphas, bias = fit(kernel, data.wanted, data.weights)
    write_head(out / "head.npz", data, alphas, bias, (temperature, margin))
    write_prototypes(out / "prototypes.jsonl", data, tiers)
    own = slice(0, data.own)
    shown = {"own": report(judged(data, own, tiers[own], margins(tiers[own]) >= margin))}
    if real:
        shown["real"] = report(calibrated_apart(data, evidence))
    names = ("head.npz", "prototypes.jsonl")
    print(
        json.dumps(
            {
                "out_of_fold": shown,
                "temperature": temperature,
                "confident_margin": margin,
                "sha256": {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in names},
            },
            indent=2,
        )
    )


def write_head(path: Path, data: Labelled, alphas: Array, bias: Array, calibration: tuple[float, float]) -> None:
    """The weights of the head: sums over instructions, one row for each bucket."""
    rows = np.zeros((BUCKETS, len(KINDS)))
    for weight, voice in zip(VOICE_WEIGHTS, data.spelled, strict=True):
        for (buckets, values), alpha in zip(voice, alphas, strict=True):
            np.add.at(rows, buckets, weight * values[:, None] * alpha)
    np.savez(  # its zip entries carry a fixed date: the same bytes on every run
        path,
        bias=bias.astype(np.float32),
        meaning=(MEANING_WEIGHT * data.embedded.T @ alphas).astype(np.float32),
        rows=rows.astype(np.float16),
        calibration=np.array(calibration, dtype=np.float64),
    )


def calibrated_apart(data: Labelled, evidence: Array) -> Judged:
    """The real instructions, with a temperature and a margin for each repository that the other ones chose."""
    groups = np.array(data.groups)[data.own :]
    evidence, truth = evidence[data.own :], data.truth[data.own :]
    tiers, sure = np.zeros((len(truth), len(TIERS))), np.zeros(len(truth), dtype=bool)
    for group in sorted(set(groups)):
        here = groups == group
        temperature, margin = calibrated(evidence[~here], truth[~here], WANTED_REAL_PRECISION)
        tiers[here] = by_tier(softmax(evidence[here] / temperature))
        sure[here] = margins(tiers[here]) >= margin
    return judged(data, slice(data.own, None), tiers, sure)


def judged_apart(real: Path) -> Judged:
    """The real instructions in the order of their file, each judged by a head that saw nothing of its repository."""
    data = read(HERE / "data" / "train.jsonl", real, SHIPPED)
    return calibrated_apart(data, all_out_of_fold(kernel_of(data), data, own=False))


def precision_of(real: Path | None) -> float:
    return WANTED_REAL_PRECISION if real else WANTED_PRECISION


def fit(kernel: Array, wanted: Array, weights: Array, steps: int = 20) -> tuple[Array, Array]:
    """Weights for each instruction, and a bias: Newton's method with Böhning's fixed bound on the curvature."""
    strength = LOSS_WEIGHT * weights[:, None]
    inverse = np.linalg.inv(kernel + np.diag(2 / strength[:, 0]))
    alphas = np.zeros_like(wanted)
    bias = np.log(np.average(wanted, axis=0, weights=weights))
    for _ in range(steps):
        gap = wanted - softmax(kernel @ alphas + bias)
        alphas += inverse @ (gap - alphas / strength) * 2
        bias += np.average(gap, axis=0, weights=weights)
    return alphas, bias


def all_out_of_fold(kernel: Array, data: Labelled, own: bool = True) -> Array:
    """The evidence for each instruction (zeros for our own ones where not `own`) from a head that saw nothing of its
    author or repository."""
    evidence = np.zeros_like(data.wanted)
    if own:
        evidence[: data.own] = out_of_fold(kernel, data, folds_of(data.groups[: data.own], 0))[: data.own]
    if data.own < len(data.texts):
        real = slice(data.own, None)
        evidence[real] = out_of_fold(kernel, data, folds_of(data.groups[real], data.own))[real]
    return evidence


def folds_of(groups: list[str], begin: int) -> list[NDArray[np.intp]]:
    """The rows of each fold, from `begin` on; a group lies wholly in one, few groups have a fold each."""
    names = sorted(set(groups))
    count = len(names) if begin else FOLDS
    fold = np.array([names.index(group) % count for group in groups])
    return [begin + np.flatnonzero(fold == number) for number in range(count)]


def out_of_fold(kernel: Array, data: Labelled, folds: list[NDArray[np.intp]]) -> Array:
    evidence = np.zeros_like(data.wanted)
    for left in folds:
        seen = np.setdiff1d(np.arange(len(data.texts)), left)
        alphas, bias = fit(kernel[np.ix_(seen, seen)], data.wanted[seen], data.weights[seen])
        evidence[left] = kernel[np.ix_(left, seen)] @ alphas + bias
    return evidence


def calibrated(evidence: Array, truth: NDArray[np.intp], precision: float) -> tuple[float, float]:
    """The temperature with the least log loss over tiers, and the least margin that is as often right as wanted."""

    def loss(temperature: float) -> float:
        tiers = by_tier(softmax(evidence / temperature))
        return float(-np.log(tiers[np.arange(len(truth)), truth]).mean())

    temperature = min((round(0.3 + 0.02 * step, 2) for step in range(60)), key=loss)
    tiers = by_tier(softmax(evidence / temperature))
    right = tiers.argmax(axis=1) == truth
    lead = margins(tiers)
    return temperature, next(m / 100 for m in range(100) if right[lead >= m / 100].mean() >= precision)


def margins(tiers: Array) -> Array:
    """The lead of the likeliest tier over the second."""
    ordered = np.sort(tiers, axis=1)
    return np.asarray(ordered[:, -1] - ordered[:, -2])


def write_prototypes(path: Path, data: Labelled, tiers: Array) -> None:
    """Instructions of our own that the head gets right unseen, each as far as possible from those chosen before."""
    truth = data.truth
    short = np.array([index < data.own and len(text) <= 90 for index, text in enumerate(data.texts)])
    sure = np.flatnonzero((tiers.argmax(axis=1) == truth) & short)
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


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--out", type=Path, default=SHIPPED)
    options.add_argument("--real", type=Path, default=os.environ.get("ROUTERD_REAL_INSTRUCTIONS"))
    given = options.parse_args()
    main(given.out, Path(given.real) if given.real else None)
