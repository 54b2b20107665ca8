"""Known instructions with their vectors: the shipped prototypes, or a user's own examples."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from routerd.adapters.semantic.embedding import Embedder, Matrix
from routerd.domain.classification import Neighbour
from routerd.domain.tier import Tier


@dataclass(frozen=True, slots=True)
class Prototype:
    """An instruction whose tier is known."""

    text: str
    tier: Tier
    action: str


@dataclass(frozen=True, slots=True)
class LabelledVectors:
    """Examples, with a unit vector and the rank of the tier for each."""

    examples: tuple[Prototype, ...]
    vectors: Matrix
    ranks: NDArray[np.int8]

    def after(self, first: LabelledVectors) -> LabelledVectors:
        """`first` and then these."""
        if not first.examples:
            return self
        return LabelledVectors(
            first.examples + self.examples,
            np.concatenate((first.vectors, self.vectors)),
            np.concatenate((first.ranks, self.ranks)),
        )

    def neighbour(self, index: int, similarity: float) -> Neighbour:
        """The example at `index`, seen from an instruction as similar as this."""
        example = self.examples[index]
        return Neighbour(example.text, example.tier, example.action, round(similarity, 4))


def known(labelled: Sequence[tuple[str, Tier, str]], embedder: Embedder) -> LabelledVectors:
    """Texts with their tier and action as examples, with vectors of `embedder`."""
    examples = tuple(Prototype(*row) for row in labelled)
    texts = [example.text for example in examples]
    vectors = embedder.embed(texts) if texts else np.zeros((0, 0), dtype=np.float32)
    return LabelledVectors(
        tuple(examples), vectors, np.array([example.tier.rank for example in examples], dtype=np.int8)
    )


def shipped_examples(folder: Path) -> list[tuple[str, Tier, str]]:
    """The prototypes that the fit chose."""
    lines = (folder / "prototypes.jsonl").read_text(encoding="utf-8").splitlines()
    rows = (json.loads(line) for line in lines)
    return [(row["text"], Tier(row["tier"]), row["action"]) for row in rows]
