"""Failures and failovers from the ledger's rows: what failed, what answered instead, and what was never answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import attrgetter

from routerd.adapters.ledger.schema import ATTEMPTS, from_pico_or_unknown
from routerd.adapters.sqlite import Database
from routerd.domain.stats import Failovers, FailuresOf, Move, Rescues

_ANSWERED, _CANCELLED = "ok", "cancelled"


@dataclass(frozen=True, slots=True)
class _Attempt:
    job: str
    deployment: str
    tier: str
    status: str
    pico: int | None
    """Pico-dollars; ``None`` if the price is unknown."""


@dataclass(slots=True)
class _Row:
    attempts: int = 0
    pico: int | None = None
    """Of those whose price is known."""

    def add(self, pico: int | None) -> None:
        """Counts one attempt."""
        self.attempts += 1
        if pico is not None:
            self.pico = (self.pico or 0) + pico


def failovers(database: Database, begin: float) -> Failovers:
    """The failovers of all jobs since a time that had a failed attempt, without rows of daemons that died."""
    rows = database.read(
        f"SELECT job, provider || '/' || model, tier, status, cost FROM {ATTEMPTS} "
        "WHERE at >= ? AND provider <> '' AND job IN (SELECT job FROM attempts WHERE at >= ? AND status <> 'ok') "
        "ORDER BY job, id",
        (begin, begin),
    )
    found = [_Attempt(*row) for row in rows]
    return summed([tuple(some) for _, some in groupby(found, attrgetter("job"))])


def summed(jobs: Iterable[tuple[_Attempt, ...]]) -> Failovers:
    """Computes the failovers from each job's attempts in order."""
    rows: dict[tuple[str, str], _Row] = {}
    ends: Counter[tuple[str, str, str]] = Counter()
    moves: Counter[tuple[str, str, bool, bool]] = Counter()
    totals: Counter[str] = Counter()
    for job in jobs:
        failed = [one for one in job if one.status != _ANSWERED]
        for one in failed:
            rows.setdefault((one.deployment, one.status), _Row()).add(one.pico)
        firsts = {(one.deployment, one.status): one for one in reversed(failed)}
        ends.update((*name, _end(one, job)) for name, one in firsts.items())
        moves.update(_moves(job))
        if failed:
            totals[_end(failed[0], job)] += 1
    known = [row.pico for row in rows.values() if row.pico is not None]
    cost = from_pico_or_unknown(sum(known) if known or not rows else None)
    most_first = sorted(rows, key=lambda name: (-rows[name].attempts, name))
    return Failovers(
        tuple(_failures(name, rows[name], ends) for name in most_first),
        _by_frequency(moves),
        Rescues(**{end: totals[end] for end in _ENDS}, cost=cost),
    )


_ENDS = ("retried", "failed_over", "escalated", "cancelled", "lost")


def _end(failed: _Attempt, job: tuple[_Attempt, ...]) -> str:
    """How the job of a failed attempt ended, as seen from that attempt."""
    answer = next((one for one in reversed(job) if one.status == _ANSWERED), None)
    if answer is None:
        return "cancelled" if job[-1].status == _CANCELLED else "lost"
    if answer.tier != failed.tier:
        return "escalated"
    return "retried" if answer.deployment == failed.deployment else "failed_over"


def _failures(name: tuple[str, str], row: _Row, ends: Counter[tuple[str, str, str]]) -> FailuresOf:
    retried, failed_over, escalated, cancelled, lost = (ends[*name, end] for end in _ENDS)
    lost += cancelled
    jobs = retried + failed_over + escalated + lost
    return FailuresOf(*name, row.attempts, from_pico_or_unknown(row.pico), jobs, retried, failed_over, escalated, lost)


def _moves(job: tuple[_Attempt, ...]) -> Iterator[tuple[str, str, bool, bool]]:
    """Each change of deployment or tier: from, to, whether the tier changed, whether the next one answered."""
    for one, other in pairwise(job):
        if one.status != _ANSWERED and (one.deployment, one.tier) != (other.deployment, other.tier):
            yield one.deployment, other.deployment, one.tier != other.tier, other.status == _ANSWERED


def _by_frequency(moves: Counter[tuple[str, str, bool, bool]]) -> tuple[Move, ...]:
    routes = {(source, target, escalation) for source, target, escalation, _ in moves}
    found = [Move(*route, moves[*route, True] + moves[*route, False], answered=moves[*route, True]) for route in routes]
    return tuple(sorted(found, key=lambda move: (-move.times, move.source, move.target)))
