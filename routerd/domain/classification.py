"""The classification of a free-form instruction, its nearest known instructions, and local signals."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from routerd.domain.tier import Tier


class Signal(StrEnum):
    """A hint at difficulty that is visible locally, worded for display."""

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
    """The tier and action that fit best, with the confidence.

    `score` is the calibrated probability (0 to 1) of `tier`, `margin` its lead over the second tier.
    If `confident` is false, the caller uses its default, but no tier below `tier`.
    `nearest` is ordered by similarity, nearest first; its first one belongs to `tier` if any is near.
    `micros` is the time it took in microseconds. `caveat` says why another embedding than the configured one was used.
    """

    tier: Tier
    action: str
    score: float
    margin: float
    confident: bool
    nearest: tuple[Neighbour, ...]
    micros: int
    caveat: str | None = None
