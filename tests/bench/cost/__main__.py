"""Prints expected cost and quality of routerd, fixed tiers, random mixes and keyword rules, in one table.

    python -m tests.bench.cost [--real FILE]

Without `--real` on the held-out instructions of tests/bench/routing; with it on labelled real ones, each judged by a
head that saw nothing of its repository. Costs are dollars for a thousand instructions. Behind a point of routerd
stands by how much its quality lies beyond the frontier of all others at the same cost, with a 95 % interval over
instructions drawn anew.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routerd.adapters.semantic import SemanticClassifier
from routerd.domain.classification import Classification
from routerd.domain.tier import Tier
from routerd.routing.words import own_words
from tests.bench.cost.checked import by_expected_cost
from tests.bench.cost.frontier import beyond, frontier
from tests.bench.cost.policies import BY_STRENGTH, Mix, Policy, mixes, others, routed
from tests.bench.cost.worlds import WORLDS, World
from tests.bench.routing.bench import read

RESAMPLES, SEED = 1_000, 20261128


@dataclass(frozen=True, slots=True)
class Instructions:
    """Texts, the weakest tier that suffices for each, and what the classifier says of them."""

    texts: tuple[str, ...]
    needed: tuple[Tier, ...]
    answers: tuple[Classification, ...]


@dataclass(frozen=True, slots=True)
class Gain:
    """By how much the quality of a point lies beyond the frontier, and the bounds of 95 %."""

    quality: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"({self.quality:+.3f}, {self.least:+.3f} to {self.most:+.3f})"


def main() -> None:
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # a console of Windows
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--real", type=Path)
    given = options.parse_args()
    print(table(real(given.real) if given.real else held_out()))


def held_out() -> Instructions:
    rows = read("heldout")
    texts = tuple(row["text"] for row in rows)
    answers = SemanticClassifier().classify_many([own_words(text).text for text in texts])
    return Instructions(texts, tuple(Tier(row["tier"]) for row in rows), tuple(answers))


def real(path: Path) -> Instructions:
    """Labelled real instructions, answered out of fold."""
    from tests.bench.routing.fit import judged_apart  # noqa: PLC0415  # takes the threads of numpy

    rows: list[dict[str, Any]] = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    needed = tuple(
        min((Tier(name) for name in (row["tier"], *(row["also"] or ()))), key=lambda tier: tier.rank) for row in rows
    )
    said = judged_apart(path)
    return Instructions(tuple(row["text"] for row in rows), needed, answers(said.tiers, said.sure))


def answers(tiers: NDArray[np.float64], sure: NDArray[np.bool_]) -> tuple[Classification, ...]:
    """Probabilities of tiers as answers of the classifier; the strongest tier stands first."""
    strongest_first = BY_STRENGTH[::-1]
    found = []
    for chances, confident in zip(tiers, sure, strict=True):
        second, score = sorted(chances.tolist())[-2:]
        tier = strongest_first[int(chances.argmax())]
        found.append(Classification(tier, "ask", score, score - second, bool(confident), (), 0))
    return tuple(found)


def table(given: Instructions, resamples: int = RESAMPLES) -> str:
    """Markdown: one row for each policy, two columns for each world."""
    rivals = others(given.texts)
    rows: list[Policy | Mix] = [*rivals, *mixes(rivals)]
    lines = [
        f"{len(given.texts)} instructions | " + " | ".join(world.name for world in WORLDS),
        "---|" + "|".join("---" for _ in WORLDS),
    ]
    claims = {world.name: claimed(given, world) for world in WORLDS}
    gains = {(name, world.name): gain for world in WORLDS for name, gain in beyond_all(given, world, resamples).items()}
    for name in dict.fromkeys(policy.name for policies in claims.values() for policy in policies):
        cells = []
        for world in WORLDS:
            policy = next((policy for policy in claims[world.name] if policy.name == name), None)
            gain = gains.get((name, world.name))
            cells.append(f"{_cell(given, world, policy)} {gain}" if policy and gain else "")
        lines.append(f"{name} | " + " | ".join(cells))
    lines += [f"{row.name} | " + " | ".join(_cell(given, world, row) for world in WORLDS) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def claimed(given: Instructions, world: World) -> list[Policy]:
    """What routerd does: the words decide where nothing checks the answer, the expected cost where something does."""
    return [by_expected_cost(world, given.needed)] if world.noticed else routed(given.texts, given.answers)


def beyond_all(given: Instructions, world: World, resamples: int = RESAMPLES) -> dict[str, Gain]:
    """How far each point of routerd lies beyond all others, mixes of any two included; no interval for 0 resamples."""
    rivals = others(given.texts)
    found = {}
    rng = np.random.default_rng(SEED)
    size = len(given.texts)
    samples = [np.arange(size), *(rng.integers(0, size, size) for _ in range(resamples))]
    behind = [world.outcome(rival, given.needed) for rival in rivals]
    corners = [frontier([_point(outcome, sample) for outcome in behind]) for sample in samples]
    for policy in claimed(given, world):
        outcome = world.outcome(policy, given.needed)
        gains = [beyond(_point(outcome, sample), edge) for sample, edge in zip(samples, corners, strict=True)]
        least, most = np.percentile(gains[1:] or gains, (2.5, 97.5))
        found[policy.name] = Gain(gains[0], float(least), float(most))
    return found


def _cell(given: Instructions, world: World, policy: Policy | Mix) -> str:
    dollars, quality = world.outcome(policy, given.needed)
    return f"${dollars.mean() * 1e3:.2f} {quality.mean():.3f}"


def _point(outcome: Sequence[NDArray[np.float64]], sample: NDArray[np.intp]) -> tuple[float, float]:
    return float(outcome[0][sample].mean()), float(outcome[1][sample].mean())


if __name__ == "__main__":
    main()
