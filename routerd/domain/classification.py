"""What a developer's own words were taken to ask for, the known instructions nearest to them, and local signals."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from routerd.domain.tier import Tier


class Signal(StrEnum):
    """Something seen beside the wish itself, in words for a person."""

    STACK_TRACE = "a stack trace was pasted"
    MANY_FILES = "several files or the whole project are named"
    CONCURRENCY = "concurrency words stand together with failure words"
    LARGE_TARGET = "the target is large"


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A known instruction (a shipped prototype or a user's example) with its cosine similarity, -1 to 1."""

    text: str
    tier: Tier
    action: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Classification:
    """The tier and action that fit best, and how sure that is.

    `score` is the calibrated probability (0 to 1) of `tier`, `margin` its lead over the second tier.
    Where `confident` is false the caller abstains to its default, never below `tier`.
    `nearest` is ordered by similarity, nearest first; its head belongs to `tier` where any is near.
    `micros` is what it took. `caveat` says why another embedding than the configured one answered.
    """

    tier: Tier
    action: str
    score: float
    margin: float
    confident: bool
    nearest: tuple[Neighbour, ...]
    micros: int
    caveat: str | None = None
