"""Who is asked next: one pure decision over the deployments of a rung; told the time that is left."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from routerd.domain.model import ModelRef

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 4.0
"""Before the same deployment is tried again: the openai package begins at 0.5 and ends at 8, for machines."""
TRIES = 3
"""Calls of one deployment for one question that may fail by server, network or truncation."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """One deployment as it stands now, for one question."""

    model: ModelRef
    listed: int
    """Its place in the configuration's list."""
    group: int
    """Neighbours in the list that cost the same share a group, and the load."""
    wait_s: float = 0.0
    """Until it may be asked; infinite: until another call there ends."""
    hint_s: float = 0.0
    """Until its own headers promise to let the request in: waited for only where there is time."""
    why: str = ""
    """Why it must wait, failed or is out, for a person."""
    out: bool = False
    """Not for this question any more."""
    degraded: bool = False
    headroom: float = 1.0


@dataclass(frozen=True, slots=True)
class Go:
    """Ask this one; ``why`` says why not the first of the list, where it is another."""

    model: ModelRef
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Nobody is free: wait so long, or until a call ends (infinite), for this one."""

    seconds: float
    model: ModelRef
    why: str


@dataclass(frozen=True, slots=True)
class Stop:
    """Nobody is left, or nobody will be free in time."""


def next_move(deployments: Sequence[Deployment], left_s: float, prefer: ModelRef | None = None) -> Go | Wait | Stop:
    """Go to a free one, else wait for the first that will be free in time, else stop.

    Order: healthy before shaky, then the list's own order, which is the user's word on quality and price;
    within a group of equal price the one with the most headroom, so that limits add up. ``prefer`` goes
    first while it is free: it began the answer that is to be continued.
    """
    alive = [deployment for deployment in deployments if not deployment.out]
    if not alive or left_s <= 0:
        return Stop()
    free = [deployment for deployment in alive if deployment.wait_s <= 0 and deployment.hint_s <= 0]
    if free:
        return _go(min(free, key=lambda one: _key(one, prefer)), deployments, prefer)
    soonest = min(alive, key=lambda one: max(one.wait_s, one.hint_s))
    seconds = max(soonest.wait_s, soonest.hint_s)
    if seconds < left_s or math.isinf(seconds):
        return Wait(seconds, soonest.model, soonest.why)
    allowed = [deployment for deployment in alive if deployment.wait_s <= 0]
    if allowed:
        return _go(min(allowed, key=lambda one: one.hint_s), deployments, prefer)
    return Stop()


def pause_s(failures: int, chance: float) -> float:
    """The jittered pause after so many failures (from 1) of one deployment; ``chance`` is in [0, 1)."""
    longest: float = min(FIRST_PAUSE_S * 2 ** min(failures - 1, 10), LONGEST_PAUSE_S)
    return longest * (0.5 + chance / 2)


def _key(one: Deployment, prefer: ModelRef | None) -> tuple[bool, bool, int, float, int]:
    return (one.model != prefer, one.degraded, one.group, -one.headroom, one.listed)


def _go(chosen: Deployment, deployments: Sequence[Deployment], prefer: ModelRef | None) -> Go:
    first = min(deployments, key=lambda one: one.listed)
    if chosen.model in (first.model, prefer):
        return Go(chosen.model)
    why = first.why or ("it failed a moment ago" if first.degraded else "it has less headroom")
    return Go(chosen.model, f"not {first.model}: {why}")
