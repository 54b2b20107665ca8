"""An unknown price is null and a word wherever sums are shown, never 0 or hidden; a saving names its baseline."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.adapters.ledger import MIGRATIONS, Budgets, SqliteLedger
from routerd.adapters.sqlite import Database
from routerd.app.budget_status import budget_status
from routerd.audit.reprice import Audited
from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.booking import Booking
from routerd.domain.model import ModelRef
from routerd.domain.money import Usage, dollars, spent_words, total
from routerd.domain.settings import Budget
from routerd.domain.stats import StatsKey
from routerd.domain.tier import Tier
from routerd.frontends.cli import audit, spending
from routerd.frontends.lsp import status
from routerd.frontends.report import page
from routerd.frontends.shapes import money
from routerd.frontends.stats_shape import saved_against, stats_json, totals_json
from tests.property_tests import example_count

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
BASELINES = (ModelRef("p", "premium"), ModelRef("p", "other-premium"))

costs = st.none() | st.sampled_from(["0", "0.0004", "0.02", "1.5"]).map(Decimal)


@dataclass(frozen=True)
class Row:
    """One attempt to be booked."""

    job: int
    model: str
    tier: Tier
    status: AttemptStatus
    cost: Decimal | None
    baseline: tuple[Decimal, ModelRef] | None

    @property
    def booking(self) -> Booking:
        attempt = Attempt(ModelRef("p", self.model), self.tier, self.status, Usage(100, output=20), self.cost, 5)
        answered = self.baseline if self.status is AttemptStatus.OK else None
        cost, model = answered or (None, None)
        return Booking(f"j{self.job}", "ask", "python", attempt, None, 90, 20, cost, baseline_model=model)


rows = st.lists(
    st.builds(
        Row,
        st.integers(0, 4),
        st.sampled_from(["a", "b"]),
        st.sampled_from([Tier.UTILITY, Tier.LOGIC]),
        st.sampled_from([AttemptStatus.OK, AttemptStatus.REJECTED, AttemptStatus.RATE_LIMITED, AttemptStatus.TIMEOUT]),
        costs,
        st.none() | st.tuples(st.sampled_from([Decimal("0.04"), Decimal(2)]), st.sampled_from(BASELINES)),
    ),
    max_size=8,
)


def known(some: Iterable[Row]) -> str | None:
    """The sum of what is known, in JSON: null where nothing is."""
    listed = [row.cost for row in some]
    priced = [cost for cost in listed if cost is not None]
    return money(sum(priced, Decimal(0)) if priced or not listed else None)


def unpriced(some: Iterable[Row]) -> int:
    return sum(row.cost is None for row in some)


def booked(database: Database, some: Iterable[Row]) -> SqliteLedger:
    book = SqliteLedger(database, Budget)
    for number, row in enumerate(some):
        assert book.book(row.booking, NOON + timedelta(seconds=number)) is None
    return book


class Told:
    """What the status line's client is told."""

    def __init__(self) -> None:
        self.shape: dict[str, Any] = {}

    def send(self, _: str, shape: dict[str, Any]) -> None:
        self.shape = shape


class Book:
    """As much of an app as its status needs."""

    def __init__(self, ledger: SqliteLedger) -> None:
        self.budget_status = lambda: budget_status(ledger, Budgets(Budget(), Budget()), NOON)


@example_count(300)
@given(some=rows)
def test_no_sum_says_zero_for_unknown_or_hides_what_is_unknown(some: list[Row]) -> None:
    database = Database(None, MIGRATIONS, NOON)
    try:
        book = booked(database, some)
        stats = book.stats(None, UTC)
        shape = stats_json(stats)
        assert (shape["spent"], shape["unpriced_attempts"]) == (known(some), unpriced(some))
        assert shape["price"]["spent"] == spent_words(stats.spent, unpriced(some))
        parts: list[tuple[list[dict[str, Any]], Callable[[dict[str, Any]], Callable[[Row], bool]]]] = [
            (shape["models"], lambda part: lambda row: f"p/{row.model}" == part["model"]),
            (shape["days"], lambda part: lambda row: row.tier == part["tier"]),
            (
                shape["failovers"]["by_deployment"],
                lambda part: lambda row: (f"p/{row.model}", row.status) == (part["deployment"], part["status"]),
            ),
        ]
        for listed, which in parts:
            for part in listed:
                mine = [row for row in some if which(part)(row)]
                assert (part["cost"], part["unpriced_attempts"]) == (known(mine), unpriced(mine))
        for key in (StatsKey.MODEL, StatsKey.TIER):
            by = totals_json(key, stats, book.totals_by(key, None))
            assert (by["spent"], by["unpriced_attempts"]) == (known(some), unpriced(some))
            for part in by["rows"]:
                mine = [row for row in some if part["key"] in (f"p/{row.model}", str(row.tier))]
                assert (part["spent"], part["unpriced_attempts"]) == (known(mine), unpriced(mine))
        told = Told()
        status.send(told, Book(book), 0)  # type: ignore[arg-type]  # both are as much of it as is used
        assert (told.shape["spent_today"], told.shape["unpriced_today"]) == (known(some), unpriced(some))
        assert told.shape["price"]["spent_today"] == shape["price"]["spent"]
        assert shape["price"]["spent"] in page(stats, NOON, None)
        named = sorted({str(row.baseline[1]) for row in some if row.baseline and row.status is AttemptStatus.OK})
        for found in (shape, told.shape, by):
            assert found["baseline_models"] == named
        assert told.shape["saved_today"] == shape["saved"]
        assert told.shape["price"]["saved_today"] == shape["price"]["saved"]
        if stats.saved is not None and named:
            assert all(name.partition("/")[2] in shape["price"]["saved"] for name in named)
            assert all(name in page(stats, NOON, None) for name in named)
        if stats.saved is not None and unpriced(some):
            assert f"without {unpriced(some)} attempt" in shape["price"]["saved"]
    finally:
        database.close()


@example_count(100)
@given(some=st.lists(st.tuples(costs, costs), min_size=1, max_size=6))
def test_an_audit_without_any_price_sums_up_to_unknown(some: list[tuple[Decimal | None, Decimal | None]]) -> None:
    audited = [
        Audited("words", ModelRef("p", "a"), Usage(10), cost, tier=Tier.LOGIC, would_cost=would) for cost, would in some
    ]
    shape = audit._shape(audited, 0)
    priced = [(cost, would) for cost, would in some if cost is not None and would is not None]
    assert shape["unpriced"] == len(some) - len(priced)
    for name, amount in (("cost", total(cost for cost, _ in priced)), ("would_cost", total(w for _, w in priced))):
        assert shape[name] == (money(amount) if priced else None)
    if not priced:
        assert shape["saved"] is shape["saved_unsure"] is None


def test_the_command_line_names_the_baseline_and_what_is_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    database = Database(None, MIGRATIONS, NOON)
    answer = Row(1, "a", Tier.UTILITY, AttemptStatus.OK, Decimal("0.02"), (Decimal("0.5"), BASELINES[0]))
    rest = Row(2, "b", Tier.LOGIC, AttemptStatus.OK, None, None)
    book = booked(database, [answer, rest])
    spending._table(book.stats(None, UTC))
    spending._by(StatsKey.TIER, book.stats(None, UTC), book.totals_by(StatsKey.TIER, None))
    database.close()
    said = capsys.readouterr().out
    assert "Spent at least $0.02." in said
    assert "The baseline, p/premium, would have cost $0.50; saved $0.48." in said
    assert "saved $0.48 against premium, without 1 attempt at an unknown price." in said


def test_a_ledger_of_an_older_version_gets_to_name_its_baseline(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    old = Database(path, MIGRATIONS[:-1], NOON)
    old.close()
    database = Database(path, MIGRATIONS, NOON)
    book = booked(database, [Row(1, "a", Tier.LOGIC, AttemptStatus.OK, Decimal(1), (Decimal(2), BASELINES[1]))])
    assert book.stats(None, UTC).baselines == ("p/other-premium",)
    assert book.stats(NOON + timedelta(days=1), UTC).baselines == ()
    database.close()


def test_words_for_sums() -> None:
    assert spent_words(Decimal("0.02"), 0) == dollars(Decimal("0.02"))
    assert spent_words(Decimal(0), 2) == "at least $0"
    assert spent_words(None, 2) == "price unknown"
    assert saved_against(None, (), 3) == "unknown"
