"""The ledger's statistics: one query for each table that users see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo

from routerd.adapters.ledger.acceptance import trials
from routerd.adapters.ledger.failovers import failovers
from routerd.adapters.ledger.schema import ATTEMPTS, from_pico
from routerd.adapters.sqlite import Database, Row
from routerd.domain.money import Usage
from routerd.domain.stats import BilledEstimate, DayOfTier, KeyTotals, ModelTotals, Stats, StatsKey

_USAGE = "SUM(input), SUM(cached_input), SUM(cache_write), SUM(output), SUM(reasoning)"
_GUESSES = 1_000
"""The number of latest answers in a plot of estimates against bills."""

_BASELINE = "SUM(CASE WHEN cost IS NOT NULL THEN baseline END)"
"""An answer at an unknown price counts as no saving."""
SAVED = f"COALESCE({_BASELINE}, 0) - COALESCE(SUM(CASE WHEN baseline IS NOT NULL OR status <> 'ok' THEN cost END), 0)"
"""The baseline cost of the used answers minus the cost of all answers, used or not."""


def statistics(database: Database, since: datetime | None, zone: tzinfo | None) -> Stats:
    """Totals since a moment, or of all time; days are in the given time zone."""
    begin = since.timestamp() if since else 0.0
    ((spent, saved, baseline, jobs, attempts, unpriced, estimated, unknown, cached, *usage),) = database.read(
        f"SELECT SUM(cost), {SAVED}, {_BASELINE}, COUNT(DISTINCT job), COUNT(*), "
        "SUM(cost IS NULL), SUM(usage_estimated AND status <> 'unknown'), SUM(status = 'unknown'), SUM(cached), "
        f"{_USAGE} FROM {ATTEMPTS} WHERE at >= ?",
        (begin,),
    )
    return Stats(
        spent=from_pico(spent),
        saved=from_pico(saved),
        baseline=from_pico(baseline),
        actions=jobs or 0,
        attempts=attempts or 0,
        unpriced=unpriced or 0,
        estimated=estimated or 0,
        unknown=unknown or 0,
        cached=cached or 0,
        usage=_usage(usage),
        days=_days(database, begin, zone),
        models=_models(database, begin),
        guesses=_guesses(database, begin),
        failures=_failures(database, begin),
        trials=trials(database, begin),
        failovers=failovers(database, begin),
    )


_KEYS = {
    StatsKey.TIER: "NULLIF(tier, '')",
    StatsKey.MODEL: "CASE WHEN provider <> '' THEN provider || '/' || model END",
    StatsKey.ACTION: "NULLIF(action, '')",
    StatsKey.PROJECT: "NULLIF(project, '')",
}
"""The SQL of each recorded key; unknown is NULL."""


def totals_by(database: Database, key: StatsKey, since: datetime | None) -> tuple[KeyTotals, ...]:
    """Totals by key since a moment, or of all time; the most expensive first."""
    rows = database.read(
        f"SELECT {_KEYS[key] if key.recorded else 'NULL'} AS key, SUM(cost), {SAVED}, COUNT(DISTINCT job), {_USAGE} "
        f"FROM {ATTEMPTS} WHERE at >= ? GROUP BY 1 ORDER BY COALESCE(SUM(cost), 0) DESC, 1",
        (since.timestamp() if since else 0.0,),
    )
    return tuple(
        KeyTotals(name, from_pico(spent), from_pico(saved), jobs, _usage(usage))
        for name, spent, saved, jobs, *usage in rows
    )


def _usage(sums: Sequence[int | None]) -> Usage:
    """Over no rows SQLite sums nothing to NULL."""
    return Usage(*(tokens or 0 for tokens in sums))


def _days(database: Database, begin: float, zone: tzinfo | None) -> tuple[DayOfTier, ...]:
    """By day of the user's time zone; summed in Python, as SQLite does not know the zone's summer time."""
    sums: dict[tuple[str, str], list[int]] = {}
    rows = database.read(
        f"SELECT at, tier, COALESCE(SUM(cost), 0), 1, {_BASELINE}, {SAVED} FROM {ATTEMPTS} WHERE at >= ? "
        "GROUP BY id ORDER BY at",
        (begin,),
    )
    for at, tier, *amounts in rows:
        day = datetime.fromtimestamp(at, UTC).astimezone(zone).date().isoformat()
        before = sums.setdefault((day, tier), [0, 0, 0, 0])
        before[:] = [one + (other or 0) for one, other in zip(before, amounts, strict=True)]
    return tuple(
        DayOfTier(day, tier, from_pico(cost), count, from_pico(baseline), from_pico(saved))
        for (day, tier), (cost, count, baseline, saved) in sums.items()
    )


def _models(database: Database, begin: float) -> tuple[ModelTotals, ...]:
    rows = database.read(
        "SELECT provider || '/' || model, COUNT(*), SUM(status = 'ok'), SUM(status = 'rejected'), "
        f"SUM(status NOT IN ('ok', 'rejected')), SUM(cost), {_USAGE} FROM {ATTEMPTS} "
        "WHERE at >= ? AND provider <> '' GROUP BY provider, model ORDER BY SUM(cost) DESC",
        (begin,),
    )
    return tuple(
        ModelTotals(name, asked, ok, bad, failed, from_pico(cost), _usage(usage))
        for name, asked, ok, bad, failed, cost, *usage in rows
    )


def _guesses(database: Database, begin: float) -> tuple[BilledEstimate, ...]:
    rows: list[Row] = database.read(
        f"SELECT action, provider || '/' || model, low, likely, high, cost FROM {ATTEMPTS} WHERE at >= ? "
        "AND status IN ('ok', 'rejected') AND NOT cached AND NOT usage_estimated AND likely > 0 AND cost IS NOT NULL "
        "ORDER BY at DESC LIMIT ?",
        (begin, _GUESSES),
    )
    return tuple(BilledEstimate(action, model, *map(from_pico, money)) for action, model, *money in rows)


def _failures(database: Database, begin: float) -> tuple[tuple[str, int], ...]:
    rows = database.read(
        "SELECT status, COUNT(*) FROM attempts WHERE at >= ? AND status <> 'ok' GROUP BY status ORDER BY 2 DESC",
        (begin,),
    )
    return tuple((status, count) for status, count in rows)
