"""The ledger's statistics: one query for each table that users see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, tzinfo
from functools import reduce
from operator import itemgetter
from typing import Protocol, TypeVar

from routerd.adapters.ledger.failovers import failovers_of
from routerd.adapters.ledger.schema import BILLED, from_pico
from routerd.adapters.ledger.sums import MEASURES, SUMS, Sums
from routerd.adapters.sqlite import Row
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


_K = TypeVar("_K")
_Kind = tuple[str, str, str, str]
"""``provider/model`` or an empty text, action, language and status."""


class SumsSource(Protocol):
    """The tables of sums of one adapter. Every method raises LedgerError."""

    @property
    def attempts(self) -> str:
        """Attempts one by one, as SQL."""

    def read(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        """The rows of one query."""

    def complete(self) -> None:
        """Sum up what is in no sum yet."""

    def since(self, table: str, begin: datetime | None, zone: tzinfo | None) -> tuple[str, Values]:
        """A table of sums since a moment, or of all time, and the values of its marks."""

    def baselines(self, day: str) -> list[Row]:
        """The names of the models that baseline costs since a day are of."""


def statistics(database: SumsSource, begin: datetime | None, zone: tzinfo | None) -> Stats:
    """Totals since a moment, or of all time; its first day begins in the given time zone. Raises LedgerError."""
    database.complete()
    # Of all time: from tables that have few rows however many attempts there were.
    source, values = database.since("totals" if begin is None else "daily", begin, zone)
    rows = database.read(
        "SELECT CASE WHEN provider <> '' THEN provider || '/' || model ELSE '' END, action, language, status, "
        f"SUM(jobs), {SUMS} FROM {source} GROUP BY 1, 2, 3, 4",
        values,
    )
    kinds: list[tuple[_Kind, Sums]] = [((row[0], row[1], row[2], row[3]), Sums.of(row[5:])) for row in rows]
    sums = _total(one for _, one in kinds)
    return Stats(
        spent=sums.spent,
        saved=sums.saved,
        baseline=sums.baseline_cost,
        actions=sum(row[4] for row in rows),
        attempts=sums.attempts,
        unpriced=sums.unpriced,
        estimated=sums.estimated,
        unknown=sums.lost,
        cached=sums.cached,
        usage=sums.usage,
        days=_days(database, *database.since("daily_tiers", begin, zone)),
        models=_models(kinds),
        guesses=_guesses(database, begin.timestamp() if begin else 0.0),
        failures=_failures(kinds),
        trials=_trials(kinds),
        failovers=_failovers(database, begin, zone),
        baselines=baselines(database, begin, zone),
    )


def _total(parts: Iterable[Sums]) -> Sums:
    return reduce(Sums.plus, parts, Sums.of((None,) * len(MEASURES)))


def _grouped(kinds: Iterable[tuple[_Kind, Sums]], key: Callable[[_Kind], _K]) -> dict[_K, Sums]:
    found: defaultdict[_K, list[Sums]] = defaultdict(list)
    for kind, sums in kinds:
        found[key(kind)].append(sums)
    return {name: _total(parts) for name, parts in found.items()}


_JOBS_OF = {StatsKey.TIER: "tier_jobs", StatsKey.MODEL: "model_jobs"}
"""What counts the jobs of a key; a job has one of any other key."""


_SUMS_BY = {StatsKey.SESSION: "daily_sessions", StatsKey.PERSON: "people", StatsKey.TEAM: "people"}
"""The sums that have a key, where ``daily`` has it not."""


def totals_by(database: SumsSource, key: StatsKey, begin: datetime | None) -> tuple[KeyTotals, ...]:
    """Totals by key since a moment, or of all time; the most expensive first. Raises LedgerError."""
    database.complete()
    source, values = database.since(_SUMS_BY.get(key, "daily"), begin, None)
    name = "CASE WHEN provider <> '' THEN provider || '/' || model END" if key is StatsKey.MODEL else str(key)
    rows = database.read(
        f"SELECT NULLIF({name}, ''), SUM({_JOBS_OF.get(key, 'jobs')}), {SUMS} "
        f"FROM {source} GROUP BY 1 ORDER BY SUM(cost) DESC, 1",
        values,
    )
    found, shares = [(known, jobs, Sums.of(columns)) for known, jobs, *columns in rows], _shares(database, name, begin)
    return tuple(
        KeyTotals(known, sums.spent, sums.saved, jobs, sums.usage, sums.unpriced, shares.get(known))
        for known, jobs, sums in found
    )


def _shares(database: SumsSource, name: str, begin: datetime | None) -> dict[object, float]:
    """What share of the input was tools and system text, by a key: of the rows that are kept one by one."""
    rows = database.read(
        f"SELECT NULLIF({name}, ''), SUM(tools_input + system_input), SUM(counted_input) FROM attempts "
        "WHERE tools_input IS NOT NULL AND system_input IS NOT NULL AND counted_input > 0 AND at >= ? GROUP BY 1",
        (begin.timestamp() if begin else 0.0,),
    )
    return {known: min(float(part) / float(whole), 1.0) for known, part, whole in rows if whole}


def _days(database: SumsSource, source: str, values: Values) -> tuple[DayOfTier, ...]:
    rows = database.read(f"SELECT day, tier, {SUMS} FROM {source} GROUP BY 1, 2 ORDER BY 1, 2", values)
    days = [(day, tier, Sums.of(columns)) for day, tier, *columns in rows]
    return tuple(
        DayOfTier(day, tier, s.spent, s.attempts, s.baseline_cost, s.saved, s.unpriced) for day, tier, s in days
    )


def _models(kinds: Sequence[tuple[_Kind, Sums]]) -> tuple[ModelTotals, ...]:
    counts = _grouped(kinds, lambda kind: (kind[0], kind[3]))
    found = []
    for name, sums in _grouped(kinds, itemgetter(0)).items():
        if name:
            ok, bad = (counts[name, one].attempts if (name, one) in counts else 0 for one in ("ok", "rejected"))
            failed = sums.attempts - ok - bad
            found.append((-sums.cost, name, sums, (ok, bad, failed)))
    return tuple(
        ModelTotals(name, sums.attempts, *ends, sums.spent, sums.usage or Usage(), sums.unpriced)
        for _, name, sums, ends in sorted(found, key=itemgetter(0, 1))
    )


def _trials(kinds: Sequence[tuple[_Kind, Sums]]) -> tuple[Trial, ...]:
    """Every model's checked answers, by action and language, most answers first."""
    judged = _grouped(((kind, sums) for kind, sums in kinds if sums.judged), itemgetter(0, 1, 2))
    return tuple(
        Trial(
            model,
            action,
            language,
            sums.answers,
            sums.judged,
            from_pico(sums.judged_cost // sums.judged_priced) if sums.judged_priced else None,
        )
        for (model, action, language), sums in sorted(judged.items(), key=lambda one: (-one[1].judged, one[0]))
    )


def _failovers(database: SumsSource, begin: datetime | None, zone: tzinfo | None) -> Failovers:
    """Of jobs that began on the first day or later."""
    day = begin.astimezone(zone).date().isoformat() if begin else ""
    rows = database.read(
        "SELECT kind, source, target, SUM(count) FROM daily_failovers WHERE day >= ? GROUP BY 1, 2, 3 "
        "HAVING SUM(count) > 0",
        (day,),
    )
    return failovers_of({(kind, source, target): count for kind, source, target, count in rows})


def baselines(database: SumsSource, begin: datetime | None, zone: tzinfo | None) -> tuple[str, ...]:
    """The models that the baseline costs since a day are of; rows of older versions do not say theirs."""
    day = begin.astimezone(zone).date().isoformat() if begin else ""
    return tuple(model for (model,) in database.baselines(day))


def _guesses(database: SumsSource, begin: float) -> tuple[BilledEstimate, ...]:
    rows: list[Row] = database.read(
        f"SELECT action, provider || '/' || model, low, likely, high, cost FROM {database.attempts} WHERE at >= ? "
        f"AND {BILLED} AND likely > 0 AND cost IS NOT NULL "
        "ORDER BY at DESC LIMIT ?",
        (begin, _GUESSES),
    )
    return tuple(BilledEstimate(action, model, *map(from_pico, money)) for action, model, *money in rows)


def _failures(kinds: Sequence[tuple[_Kind, Sums]]) -> tuple[tuple[str, int], ...]:
    counts = _grouped(((kind, sums) for kind, sums in kinds if kind[3] != "ok"), itemgetter(3))
    return tuple(sorted(((one, s.attempts) for one, s in counts.items()), key=lambda row: (-row[1], row[0])))
