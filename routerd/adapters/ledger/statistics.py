"""The ledger's statistics: one query for each table that users see."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from routerd.adapters.ledger.acceptance import trials
from routerd.adapters.ledger.failovers import failovers
from routerd.adapters.ledger.schema import ATTEMPTS, from_pico
from routerd.adapters.ledger.sums import MEASURES, SUMS, Sums
from routerd.adapters.sqlite import Database, Row
from routerd.domain.money import Usage
from routerd.domain.stats import BilledEstimate, DayOfTier, KeyTotals, ModelTotals, Stats, StatsKey

_GUESSES = 1_000
"""The number of latest answers in a plot of estimates against bills."""


def statistics(database: Database, since: datetime | None, zone: tzinfo | None) -> Stats:
    """Totals since a moment, or of all time; days are in the given time zone."""
    begin = since.timestamp() if since else 0.0
    ((jobs, *columns),) = database.read(f"SELECT COUNT(DISTINCT job), {SUMS} FROM {ATTEMPTS} WHERE at >= ?", (begin,))
    sums = Sums.of(columns)
    return Stats(
        spent=sums.spent,
        saved=sums.saved,
        baseline=sums.baseline_cost,
        actions=jobs,
        attempts=sums.attempts,
        unpriced=sums.attempts - sums.priced,
        estimated=sums.estimated,
        unknown=sums.lost,
        cached=sums.cached,
        usage=sums.usage,
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
    StatsKey.CLIENT: "client",
    StatsKey.SESSION: "session",
    StatsKey.PROJECT: "NULLIF(project, '')",
}
"""The SQL of each key; unknown is NULL."""


def totals_by(database: Database, key: StatsKey, since: datetime | None) -> tuple[KeyTotals, ...]:
    """Totals by key since a moment, or of all time; the most expensive first."""
    rows = database.read(
        f"SELECT {_KEYS[key]}, COUNT(DISTINCT job), {SUMS} "
        f"FROM {ATTEMPTS} WHERE at >= ? GROUP BY 1 ORDER BY COALESCE(SUM(cost), 0) DESC, 1",
        (since.timestamp() if since else 0.0,),
    )
    found = [(name, jobs, Sums.of(columns)) for name, jobs, *columns in rows]
    return tuple(KeyTotals(name, sums.spent, sums.saved, jobs, sums.usage) for name, jobs, sums in found)


def _days(database: Database, begin: float, zone: tzinfo | None) -> tuple[DayOfTier, ...]:
    """By day of the user's time zone; summed in Python, as SQLite does not know the zone's summer time."""
    found: dict[tuple[str, str], list[int]] = {}
    rows = database.read(
        f"SELECT at, tier, {', '.join(MEASURES.values())} FROM {ATTEMPTS} WHERE at >= ? ORDER BY at", (begin,)
    )
    for at, tier, *amounts in rows:
        day = datetime.fromtimestamp(at, UTC).astimezone(zone).date().isoformat()
        before = found.setdefault((day, tier), [0] * len(MEASURES))
        before[:] = [one + other for one, other in zip(before, amounts, strict=True)]
    days = [(day, tier, Sums.of(columns)) for (day, tier), columns in found.items()]
    return tuple(DayOfTier(day, tier, s.spent, s.attempts, s.baseline_cost, s.saved) for day, tier, s in days)


def _models(database: Database, begin: float) -> tuple[ModelTotals, ...]:
    rows = database.read(
        "SELECT provider || '/' || model, SUM(status = 'ok'), SUM(status = 'rejected'), "
        f"SUM(status NOT IN ('ok', 'rejected')), {SUMS} FROM {ATTEMPTS} "
        "WHERE at >= ? AND provider <> '' GROUP BY provider, model ORDER BY COALESCE(SUM(cost), 0) DESC, 1",
        (begin,),
    )
    found = [(*row[:4], Sums.of(row[4:])) for row in rows]
    return tuple(
        ModelTotals(name, sums.attempts, ok, bad, failed, sums.spent, sums.usage or Usage())
        for name, ok, bad, failed, sums in found
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
