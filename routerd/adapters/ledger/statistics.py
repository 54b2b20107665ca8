"""The ledger's statistics: one query for each table that users see."""

from __future__ import annotations

from datetime import datetime, tzinfo

from routerd.adapters.ledger.daily import since
from routerd.adapters.ledger.failovers import failovers_of
from routerd.adapters.ledger.schema import ATTEMPTS, BILLED, from_pico
from routerd.adapters.ledger.sums import SUMS, Sums
from routerd.adapters.sqlite import Database, Row
from routerd.domain.money import Usage
from routerd.domain.stats import (
    BilledEstimate,
    DayOfTier,
    Failovers,
    KeyTotals,
    ModelTotals,
    Stats,
    StatsKey,
    Trial,
)

Values = tuple[object, ...]

_GUESSES = 1_000
"""The number of latest answers in a plot of estimates against bills."""


def statistics(database: Database, begin: datetime | None, zone: tzinfo | None) -> Stats:
    """Totals since a moment, or of all time; its first day begins in the given time zone."""
    source, values = since("daily", begin, zone)
    ((jobs, *columns),) = database.read(f"SELECT SUM(jobs), {SUMS} FROM {source}", values)
    sums = Sums.of(columns)
    return Stats(
        spent=sums.spent,
        saved=sums.saved,
        baseline=sums.baseline_cost,
        actions=jobs or 0,
        attempts=sums.attempts,
        unpriced=sums.attempts - sums.priced,
        estimated=sums.estimated,
        unknown=sums.lost,
        cached=sums.cached,
        usage=sums.usage,
        days=_days(database, source, values),
        models=_models(database, source, values),
        guesses=_guesses(database, begin.timestamp() if begin else 0.0),
        failures=_failures(database, source, values),
        trials=_trials(database, source, values),
        failovers=_failovers(database, begin, zone),
    )


_JOBS_OF = {StatsKey.TIER: "tier_jobs", StatsKey.MODEL: "model_jobs"}
"""What counts the jobs of a key; a job has one of any other key."""


def totals_by(database: Database, key: StatsKey, begin: datetime | None) -> tuple[KeyTotals, ...]:
    """Totals by key since a moment, or of all time; the most expensive first."""
    source, values = since("daily_sessions" if key is StatsKey.SESSION else "daily", begin, None)
    name = "CASE WHEN provider <> '' THEN provider || '/' || model END" if key is StatsKey.MODEL else str(key)
    rows = database.read(
        f"SELECT NULLIF({name}, ''), SUM({_JOBS_OF.get(key, 'jobs')}), {SUMS} "
        f"FROM {source} GROUP BY 1 ORDER BY SUM(cost) DESC, 1",
        values,
    )
    found = [(known, jobs, Sums.of(columns)) for known, jobs, *columns in rows]
    return tuple(KeyTotals(known, sums.spent, sums.saved, jobs, sums.usage) for known, jobs, sums in found)


def _days(database: Database, source: str, values: Values) -> tuple[DayOfTier, ...]:
    rows = database.read(f"SELECT day, tier, {SUMS} FROM {source} GROUP BY 1, 2 ORDER BY 1, 2", values)
    days = [(day, tier, Sums.of(columns)) for day, tier, *columns in rows]
    return tuple(DayOfTier(day, tier, s.spent, s.attempts, s.baseline_cost, s.saved) for day, tier, s in days)


def _models(database: Database, source: str, values: Values) -> tuple[ModelTotals, ...]:
    counts = ("status = 'ok'", "status = 'rejected'", "status NOT IN ('ok', 'rejected')")
    rows = database.read(
        f"SELECT provider || '/' || model, {', '.join(f'SUM(attempts * ({one}))' for one in counts)}, {SUMS} "
        f"FROM {source} WHERE provider <> '' GROUP BY provider, model ORDER BY SUM(cost) DESC, 1",
        values,
    )
    found = [(*row[:4], Sums.of(row[4:])) for row in rows]
    return tuple(
        ModelTotals(name, sums.attempts, ok, bad, failed, sums.spent, sums.usage or Usage())
        for name, ok, bad, failed, sums in found
    )


def _trials(database: Database, source: str, values: Values) -> tuple[Trial, ...]:
    """Every model's checked answers, by action and language, most answers first."""
    rows = database.read(
        "SELECT provider || '/' || model, action, language, SUM(answers), SUM(judged), SUM(judged_priced), "
        f"SUM(judged_cost) FROM {source} WHERE judged GROUP BY provider, model, action, language "
        "ORDER BY 5 DESC, 1, 2, 3",
        values,
    )
    return tuple(
        Trial(model, action, language, ok, judged, from_pico(cost // priced) if priced else None)
        for model, action, language, ok, judged, priced, cost in rows
    )


def _failovers(database: Database, begin: datetime | None, zone: tzinfo | None) -> Failovers:
    """Of jobs that began on the first day or later."""
    day = begin.astimezone(zone).date().isoformat() if begin else ""
    rows = database.read(
        "SELECT kind, source, target, SUM(count) FROM daily_failovers WHERE day >= ? GROUP BY 1, 2, 3 "
        "HAVING SUM(count) > 0",
        (day,),
    )
    return failovers_of({(kind, source, target): count for kind, source, target, count in rows})


def _guesses(database: Database, begin: float) -> tuple[BilledEstimate, ...]:
    rows: list[Row] = database.read(
        f"SELECT action, provider || '/' || model, low, likely, high, cost FROM {ATTEMPTS} WHERE at >= ? "
        f"AND {BILLED} AND likely > 0 AND cost IS NOT NULL "
        "ORDER BY at DESC LIMIT ?",
        (begin, _GUESSES),
    )
    return tuple(BilledEstimate(action, model, *map(from_pico, money)) for action, model, *money in rows)


def _failures(database: Database, source: str, values: Values) -> tuple[tuple[str, int], ...]:
    rows = database.read(
        f"SELECT status, SUM(attempts) FROM {source} WHERE status <> 'ok' GROUP BY status ORDER BY 2 DESC, 1", values
    )
    return tuple((status, count) for status, count in rows)
