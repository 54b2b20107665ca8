"""Fits the head, calibrates it out of fold, chooses prototypes; always the same bytes for the same data.

    python tests/bench/routing/fit.py [--out FOLDER] [--real FILE]

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
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from routerd.adapters.semantic.embedding import StaticEmbedder
from routerd.adapters.semantic.features import (
    BUCKETS,
    form_bucket,
    gram_buckets,
    pair_buckets,
    split,
    word_bucket,
)
from routerd.adapters.semantic.form import form_of
from routerd.adapters.semantic.head import KINDS
from routerd.domain.tier import Tier
from routerd.routing.words import own_words

HERE = Path(__file__).parent
SHIPPED = HERE.parents[2] / "routerd" / "data" / "routing"
LOSS_WEIGHT = 4.0  # this and the weights of the voices are the best of a dozen tried, by repositories of real text
REAL_WEIGHT = 3.0  # a real instruction counts as three of ours; six gained nothing
ALSO_SHARE = 0.2  # what a further acceptable tier gets of an instruction
MEANING_WEIGHT = 2.0
VOICE_WEIGHTS = (1.0, 3.0, 1.0, 4.0)  # words, letter groups, pairs of words, form
FOLDS = 5  # by author pattern, where no real text is given
WANTED_PRECISION = 0.95  # on our own instructions; folds also miss a fifth of the authors, so unseen data does better
WANTED_REAL_PRECISION = 0.92  # on real ones
PROTOTYPES = 800  # similarity to 800 takes 0.1 ms; more changed no answer's reason for the better

Array = NDArray[np.float64]
KIND_OF = {kind: index for index, kind in enumerate(KINDS)}
TIERS = sorted(Tier, key=lambda tier: -tier.rank)
TIER_OF_KIND = np.array([TIERS.index(tier) for tier, _ in KINDS])


@dataclass(frozen=True)
class Labelled:
    """The labelled set, ready to fit: our own instructions, then the real ones."""

    texts: list[str]
    wanted: Array
    """For each text the share of each of `KINDS`; rows sum to 1."""
    weights: Array
    own: int
    """How many are our own."""
    groups: list[str]
    """Author patterns of our own, repositories of the real ones: what a fold leaves out whole."""
    embedded: Array
    spelled: list[list[tuple[NDArray[np.intp], Array]]]
    """For each voice (words, groups, pairs, form) and text: the rows and their values, of length 1."""

    @property
    def kinds(self) -> NDArray[np.intp]:
        """The kind with the largest share."""
        return np.asarray(self.wanted.argmax(axis=1))


def main(out: Path, real: Path | None) -> None:
    data = read(HERE / "data" / "train.jsonl", real, out)
    kernel = MEANING_WEIGHT * (data.embedded @ data.embedded.T)
    for weight, voice in zip(VOICE_WEIGHTS, data.spelled, strict=True):
        kernel += weight * gram_matrix(voice)
    evidence = out_of_fold(kernel, data, folds_of(data.groups[: data.own], 0))
    judged = slice(0, data.own)
    if real:
        judged = slice(data.own, None)
        evidence[judged] = out_of_fold(kernel, data, folds_of(data.groups[judged], data.own))[judged]
    truth = TIER_OF_KIND[data.kinds]
    temperature = calibrate(evidence[judged], truth[judged])
    tiers = by_tier(softmax(evidence / temperature))
    precision = WANTED_REAL_PRECISION if real else WANTED_PRECISION
    margin = confident_margin(tiers[judged], truth[judged], precision)
    alphas, bias = fit(kernel, data.wanted, data.weights)
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
    shown = {"own": report(tiers[: data.own], truth[: data.own], margin)}
    if real:
        shown["real"] = report(tiers[data.own :], truth[data.own :], margin)
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


def read(path: Path, real: Path | None, folder: Path) -> Labelled:
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    further = [json.loads(line) for line in real.read_text(encoding="utf-8").splitlines()] if real else []
    texts = [own_words(line["text"]).text for line in lines + further]
    embedded = StaticEmbedder(folder).embed(texts).astype(np.float64)
    wanted = np.zeros((len(texts), len(KINDS)))
    kinds = [KIND_OF[Tier(line["tier"]), line["action"]] for line in lines]
    wanted[np.arange(len(lines)), kinds] = 1
    for row, line in enumerate(further, len(lines)):
        also = [Tier(name) for name in line["also"] or []]
        for tier in (Tier(line["tier"]), *also):
            wanted[row, KIND_OF[tier, action_of(tier, texts[row])]] += ALSO_SHARE if tier in also else 1
    return Labelled(
        texts,
        wanted / wanted.sum(axis=1, keepdims=True),
        np.array([1.0] * len(lines) + [REAL_WEIGHT] * len(further)),
        len(lines),
        [line["pattern"] for line in lines] + [repository(line["source"]) for line in further],
        embedded,
        [[voice(split(text)) for text in texts] for voice in (words, groups, neighbours, forms)],
    )


def action_of(tier: Tier, text: str) -> str:
    """The action that the words of a real instruction name; it carries none."""
    opens, *_, last = form_of(split(text))
    if tier is Tier.UTILITY and last in ("names:test", "names:text"):
        return "test" if last == "names:test" else "document"
    if tier is Tier.LOGIC and opens == "opens:judge":
        return "review"
    return "design" if tier is Tier.ARCHITECT and opens == "opens:design" else "ask"


def repository(source: str) -> str:
    """The owner and the name in `owner/name@commit:path`."""
    return source.partition(":")[0].partition("@")[0]


def words(of: list[str]) -> tuple[NDArray[np.intp], Array]:
    return unit([word_bucket(word) for word in dict.fromkeys(of)])


def groups(of: list[str]) -> tuple[NDArray[np.intp], Array]:
    return unit([bucket for word in dict.fromkeys(of) for bucket in gram_buckets(word)])


def neighbours(of: list[str]) -> tuple[NDArray[np.intp], Array]:
    return unit(pair_buckets(of) if of else [])


def forms(of: list[str]) -> tuple[NDArray[np.intp], Array]:
    return unit([form_bucket(name) for name in form_of(of)] if of else [])


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


def calibrate(evidence: Array, truth: NDArray[np.intp]) -> float:
    """The temperature with the least log loss over tiers."""

    def loss(temperature: float) -> float:
        tiers = by_tier(softmax(evidence / temperature))
        return float(-np.log(tiers[np.arange(len(truth)), truth]).mean())

    return min((round(0.3 + 0.02 * step, 2) for step in range(60)), key=loss)


def confident_margin(tiers: Array, truth: NDArray[np.intp], precision: float) -> float:
    """The smallest margin above which answers are right as often as wanted."""
    ordered = np.sort(tiers, axis=1)
    margins = ordered[:, -1] - ordered[:, -2]
    right = tiers.argmax(axis=1) == truth
    return next(m / 100 for m in range(100) if right[margins >= m / 100].mean() >= precision)


def write_prototypes(path: Path, data: Labelled, tiers: Array) -> None:
    """Instructions of our own that the head gets right unseen, each as far as possible from those chosen before."""
    truth = TIER_OF_KIND[data.kinds]
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


def report(tiers: Array, truth: NDArray[np.intp], margin: float) -> dict[str, object]:
    ordered = np.sort(tiers, axis=1)
    sure = ordered[:, -1] - ordered[:, -2] >= margin
    told = tiers.argmax(axis=1)
    right = told == truth
    recalls = {tier: round(float(right[truth == index].mean()), 4) for index, tier in enumerate(TIERS)}
    dearest = sure & (told == 0)
    return {
        "instructions": len(right),
        "accuracy": round(float(right.mean()), 4),
        "recall": recalls,
        "mean_recall": round(sum(recalls.values()) / len(recalls), 4),
        "confident_accuracy": round(float(right[sure].mean()), 4),
        "coverage": round(float(sure.mean()), 4),
        "calibration_error": round(calibration_error(ordered[:, -1], right), 4),
        "too_low": round(float((told > truth).mean()), 4),
        "confident_architect": [int((dearest & right).sum()), int(dearest.sum())],
        "always_utility": round(float((truth == TIERS.index(Tier.UTILITY)).mean()), 4),
    }


def calibration_error(said: Array, right: NDArray[np.bool_]) -> float:
    """By how much scores and hit rates differ, over six ranges of scores."""
    bins = np.digitize(said, (0.5, 0.6, 0.7, 0.8, 0.9))
    return sum(float(abs((said - right)[bins == number].sum())) for number in range(6)) / len(said)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--out", type=Path, default=SHIPPED)
    options.add_argument("--real", type=Path, default=os.environ.get("ROUTERD_REAL_INSTRUCTIONS"))
    given = options.parse_args()
    main(given.out, Path(given.real) if given.real else None)
