"""What probabilities of tiers are worth against labels: hits, recalls, cost, too low, confidence, with intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.bench.routing.bench import spent
from tests.bench.routing.labelled import TIERS, Array, Labelled

RESAMPLES, SEED = 2_000, 20261128


@dataclass(frozen=True)
class Judged:
    """Some instructions and what was said of each by a head that had not seen it."""

    tiers: Array
    """For each instruction the probability of each of `TIERS`."""
    sure: NDArray[np.bool_]
    """Whether the answer counts as confident."""
    truth: NDArray[np.intp]
    acceptable: NDArray[np.bool_]

    def part(self, rows: NDArray[np.intp]) -> Judged:
        """Those rows only, each as often as it is named."""
        return Judged(self.tiers[rows], self.sure[rows], self.truth[rows], self.acceptable[rows])


def judged(data: Labelled, rows: slice, tiers: Array, sure: NDArray[np.bool_]) -> Judged:
    """The rows of a labelled set with the answers for them; `tiers` and `sure` are for those rows."""
    return Judged(tiers, sure, data.truth[rows], data.acceptable[rows])


def report(said: Judged) -> dict[str, object]:
    """Every figure, and 95 % intervals over instructions drawn anew for the bars.

    ``accuracy`` and ``recall`` count the labelled tier alone; ``acceptable`` and ``acceptable_recall`` also a tier
    that the raters accepted beside it, for each labelled tier.
    """
    rng = np.random.default_rng(SEED)
    size = len(said.truth)
    again = [figures(said.part(rng.integers(0, size, size))) for _ in range(RESAMPLES)]
    found: dict[str, object] = {"instructions": size}
    for name, value in figures(said).items():
        low, high = np.nanpercentile([one[name] for one in again], (2.5, 97.5))
        found[name] = [round(value, 3), round(float(low), 3), round(float(high), 3)]
    told = said.tiers.argmax(axis=1)
    strict = told == said.truth
    dearest = said.sure & (told == 0)
    found["recall"] = _by_tier(strict, said.truth)
    found["acceptable_recall"] = _by_tier(said.acceptable[np.arange(size), told], said.truth)
    found["confident_architect"] = [int((dearest & strict).sum()), int(dearest.sum())]
    found["calibration_error"] = round(calibration_error(said.tiers.max(axis=1), strict), 4)
    found["always"] = {
        tier: [round(float((said.truth == index).mean()), 3), round(float(said.acceptable[:, index].mean()), 3)]
        for index, tier in enumerate(TIERS)
    }
    return found


def figures(said: Judged) -> dict[str, float]:
    """The figures that have an interval."""
    told = said.tiers.argmax(axis=1)
    strict = told == said.truth
    accepted = said.acceptable[np.arange(len(told)), told]
    recalls, accepted_recalls = (list(_by_tier(right, said.truth).values()) for right in (strict, accepted))
    needed = len(TIERS) - 1 - said.acceptable[:, ::-1].argmax(axis=1)  # the weakest acceptable one stands last
    best = sum(spent(TIERS[need], TIERS[need]) for need in needed)
    cost = sum(spent(TIERS[need], TIERS[guess]) for need, guess in zip(needed, told, strict=True))
    return {
        "accuracy": float(strict.mean()),
        "acceptable": float(accepted.mean()),
        "mean_recall": float(np.mean(recalls)),
        "least_recall": min(recalls),
        "mean_acceptable_recall": float(np.mean(accepted_recalls)),
        "least_acceptable_recall": min(accepted_recalls),
        "confident_accuracy": _share(strict, said.sure),
        "confident_acceptable": _share(accepted, said.sure),
        "coverage": float(said.sure.mean()),
        "cost_over_perfect": cost / best,
        "too_low": float((told > needed).mean()),
    }


def calibration_error(score: Array, right: NDArray[np.bool_]) -> float:
    """By how much scores and hit rates differ, over six ranges of scores."""
    bins = np.digitize(score, (0.5, 0.6, 0.7, 0.8, 0.9))
    return sum(float(abs((score - right)[bins == number].sum())) for number in range(6)) / len(score)


def _by_tier(right: NDArray[np.bool_], truth: NDArray[np.intp]) -> dict[str, float]:
    return {tier: round(_share(right, truth == index), 4) for index, tier in enumerate(TIERS)}


def _share(right: NDArray[np.bool_], among: NDArray[np.bool_]) -> float:
    return float(right[among].mean()) if among.any() else float("nan")
