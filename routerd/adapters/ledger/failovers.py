"""Failures and failovers from the ledger's rows: what failed, what answered instead, and what was never answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from routerd.adapters.ledger.schema import from_pico
from routerd.domain.stats import Failovers, FailuresOf, Move, Rescues

_ANSWERED, _CANCELLED = "ok", "cancelled"


@dataclass(frozen=True, slots=True)
class AttemptOfJob:
    """One attempt of a job, of which the ledger knows the model."""

    deployment: str
    tier: str
    status: str
    pico: int | None
    """Pico-dollars; ``None`` if the price is unknown."""


Cell = tuple[str, str, str]
"""What is counted: a kind, with a deployment and its status, or with two deployments."""


def cells(job: tuple[AttemptOfJob, ...]) -> Counter[Cell]:
    """What one job's attempts, in order, add to each count; nothing if none of them failed."""
    found: Counter[Cell] = Counter()
    failed = [one for one in job if one.status != _ANSWERED]
    for one in failed:
        found["attempts", one.deployment, one.status] += 1
        if one.pico is not None:
            found["priced", one.deployment, one.status] += 1
            found["pico", one.deployment, one.status] += one.pico
    firsts = {(one.deployment, one.status): one for one in reversed(failed)}
    for name, one in firsts.items():
        found[(_end(one, job), *name)] += 1
    for one, other in pairwise(job):
        if one.status != _ANSWERED and (one.deployment, one.tier) != (other.deployment, other.tier):
            kind = "failover" if one.tier == other.tier else "escalation"
            found[kind, one.deployment, other.deployment] += 1
            if other.status == _ANSWERED:
                found[f"{kind} answered", one.deployment, other.deployment] += 1
    if failed:
        found["job", _end(failed[0], job), ""] += 1
    return found


def failovers_of(found: Mapping[Cell, int]) -> Failovers:
    """The failovers from the counts of all jobs."""

    def count(kind: str, *names: str) -> int:
        return found.get((kind, names[0], names[1] if names[1:] else ""), 0)

    rows = [(one, other) for kind, one, other in found if kind == "attempts"]
    known = sum(count("priced", *row) for row in rows)
    cost = from_pico(sum(count("pico", *row) for row in rows)) if known or not rows else None
    moves = [
        Move(source, target, kind == "escalation", times, count(f"{kind} answered", source, target))
        for (kind, source, target), times in found.items()
        if kind in ("failover", "escalation")
    ]
    failures = tuple(_failures(row, count) for row in sorted(rows, key=lambda row: (-count("attempts", *row), row)))
    return Failovers(
        failures,
        tuple(sorted(moves, key=lambda move: (-move.times, move.source, move.target))),
        Rescues(**{end: count("job", end) for end in _ENDS}, cost=cost, unpriced=sum(row.unpriced for row in failures)),
    )


_ENDS = ("retried", "failed_over", "escalated", "cancelled", "lost")


def _end(failed: AttemptOfJob, job: tuple[AttemptOfJob, ...]) -> str:
    """How the job of a failed attempt ended, as seen from that attempt."""
    answer = next((one for one in reversed(job) if one.status == _ANSWERED), None)
    if answer is None:
        return "cancelled" if job[-1].status == _CANCELLED else "lost"
    if answer.tier != failed.tier:
        return "escalated"
    return "retried" if answer.deployment == failed.deployment else "failed_over"


def _failures(row: tuple[str, str], count: Callable[..., int]) -> FailuresOf:
    retried, failed_over, escalated, cancelled, lost = (count(end, *row) for end in _ENDS)
    lost += cancelled
    jobs = retried + failed_over + escalated + lost
    cost = from_pico(count("pico", *row)) if count("priced", *row) else None
    attempts, unpriced = count("attempts", *row), count("attempts", *row) - count("priced", *row)
    return FailuresOf(*row, attempts, cost, jobs, retried, failed_over, escalated, lost, unpriced)
