"""One suite for both adapters of the ledger: whatever is true of SQLite is true of PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from routerd.adapters.ledger import Budgets
from routerd.adapters.postgres import Postgres
from routerd.domain.attempt import AttemptStatus
from routerd.domain.origin import Origin
from routerd.domain.settings import Budget
from routerd.domain.stats import StatsKey
from routerd.domain.verdict import Refusal, RefusalCode
from tests.shared_ledger.ledgers import MODEL, NOON, Ledgers, OnPostgres, OnSqlite, attempt, booking

D = Decimal
ONE = D(1)


@pytest.fixture(params=["sqlite", "postgres"])
def ledgers(request: pytest.FixtureRequest, tmp_path: Path) -> Ledgers:
    if request.param == "sqlite":
        return OnSqlite(tmp_path / "ledger.db")
    connect: Callable[[], Postgres] = request.getfixturevalue("connect")
    return OnPostgres(connect)


def test_what_is_reserved_is_held_until_it_is_booked_or_given_back(ledgers: Ledgers) -> None:
    book = ledgers(Budget(daily=ONE), "ann", "p")
    assert book.reserve("a", D("0.2"), D("0.6"), NOON) == D("0.6")
    assert book.reserve("b", D("0.2"), D("0.6"), NOON) == D("0.4")
    refused = book.reserve("c", D("0.000001"), D("0.6"), NOON)
    assert isinstance(refused, Refusal)
    assert refused.code is RefusalCode.BUDGET
    assert "daily budget of $1.00" in refused.message
    book.release("a")
    assert book.reserve("c", D("0.2"), D("0.5"), NOON) == D("0.5")
    book.book(booking("c", "0.3"), NOON, last=True)
    book.release("c")
    (limit,) = book.limits(NOON)  # type: ignore[misc]  # not refused
    assert (limit.spent, limit.reserved) == (D("0.3"), D("0.4"))


def test_a_reservation_replaces_the_one_of_its_job(ledgers: Ledgers) -> None:
    book = ledgers(Budget(daily=ONE), "ann", "p")
    for amount in ("0.9", "1", "0.1", "1"):
        assert book.reserve("a", D("0.1"), D(amount), NOON) == D(amount)
    (limit,) = book.limits(NOON)  # type: ignore[misc]  # not refused
    assert limit.reserved == ONE


def test_a_booking_lowers_the_reservation_and_the_last_one_ends_it(ledgers: Ledgers) -> None:
    book = ledgers(Budget(daily=ONE), "ann", "p")
    book.reserve("a", ONE, ONE, NOON)
    book.book(booking("a", "0.25"), NOON)
    (limit,) = book.limits(NOON)  # type: ignore[misc]  # not refused
    assert (limit.spent, limit.reserved) == (D("0.25"), D("0.75"))
    book.book(booking("a", "0.25"), NOON, last=True)
    book.release("a")
    (limit,) = book.limits(NOON)  # type: ignore[misc]  # not refused
    assert (limit.spent, limit.reserved) == (D("0.5"), D(0))


def test_a_bill_above_the_reservation_counts_in_full(ledgers: Ledgers) -> None:
    book = ledgers(Budget(daily=ONE), "ann", "p")
    book.reserve("a", D("0.1"), D("0.1"), NOON)
    book.book(booking("a", "0.7"), NOON, last=True)
    book.release("a")
    (limit,) = book.limits(NOON)  # type: ignore[misc]  # not refused
    assert (limit.spent, limit.reserved) == (D("0.7"), D(0))


@pytest.mark.parametrize(
    ("budget", "shared", "apart"),
    [
        (Budget(daily=ONE), ("ann", "q", "t"), ("bob", "p", "t")),
        (Budget(monthly=ONE), ("ann", "q", "t"), ("bob", "p", "t")),
        (Budget(project_daily=ONE), ("bob", "p", "u"), ("ann", "q", "t")),
        (Budget(project_monthly=ONE), ("bob", "p", "u"), ("ann", "q", "t")),
        (Budget(team_daily=ONE), ("bob", "q", "t"), ("ann", "p", "u")),
        (Budget(team_monthly=ONE), ("bob", "q", "t"), ("ann", "p", "u")),
    ],
)
def test_a_budget_counts_whom_it_is_of(
    ledgers: Ledgers, budget: Budget, shared: tuple[str, str, str], apart: tuple[str, str, str]
) -> None:
    own, other, stranger = ledgers(budget, "ann", "p", "t"), ledgers(budget, *shared), ledgers(budget, *apart)
    assert own.reserve("a", ONE, ONE, NOON) == ONE
    assert isinstance(other.reserve("b", D("0.01"), D("0.01"), NOON), Refusal)
    assert stranger.reserve("c", ONE, ONE, NOON) == ONE
    own.book(booking("a", "1"), NOON, last=True)
    own.release("a")
    ledgers.settle(own)
    refused = other.reserve("b", D("0.01"), D("0.01"), NOON)
    assert isinstance(refused, Refusal)
    assert refused.code is RefusalCode.BUDGET


def test_all_budgets_hold_at_once_and_a_refused_reservation_holds_nothing(ledgers: Ledgers) -> None:
    budget = Budget(daily=D(5), project_daily=D(3), team_daily=D(2))
    ann, bob = ledgers(budget, "ann", "p", "t"), ledgers(budget, "bob", "p", "u")
    assert ann.reserve("a", ONE, D(9), NOON) == D(2)
    assert bob.reserve("b", ONE, D(9), NOON) == D(1)
    assert isinstance(ann.reserve("c", D("0.1"), D(1), NOON), Refusal)
    assert isinstance(bob.reserve("d", D("0.1"), D(1), NOON), Refusal)
    found = {limit.name: limit.reserved for limit in bob.limits(NOON)}  # type: ignore[union-attr]  # not refused
    assert found == {"daily": ONE, "project_daily": D(3), "team_daily": ONE}


def test_a_projects_file_lowers_what_everyone_spends_there(ledgers: Ledgers) -> None:
    lowered = Budgets(Budget(daily=D(5)), Budget(daily=ONE))
    ann, bob = ledgers(lowered, "ann", "p"), ledgers(lowered, "bob", "p")
    assert ann.reserve("a", ONE, D(4), NOON) == ONE
    refused = bob.reserve("b", D("0.1"), D(1), NOON)
    assert isinstance(refused, Refusal)
    assert "This project's daily budget" in refused.message


def test_a_session_has_a_budget_of_its_own(ledgers: Ledgers) -> None:
    book = ledgers(Budget(session=ONE), "ann", "p")
    one, two = Origin(session="one"), Origin(session="two")
    assert book.reserve("a", ONE, D(2), NOON, one) == ONE
    assert isinstance(book.reserve("b", D("0.1"), D(2), NOON, one), Refusal)
    assert book.reserve("b", ONE, D(2), NOON, two) == ONE
    assert book.reserve("c", ONE, D(2), NOON) == D(2), "an unknown session has no limit"


def test_a_new_day_begins_anew_and_a_month_goes_on(ledgers: Ledgers) -> None:
    book = ledgers(Budget(daily=ONE, monthly=D("1.5")), "ann", "p")
    book.reserve("a", ONE, ONE, NOON)
    book.book(booking("a", "1"), NOON, last=True)
    book.release("a")
    tomorrow = NOON + timedelta(days=1)
    assert book.reserve("b", D("0.1"), ONE, tomorrow) == D("0.5")
    book.release("b")
    assert book.reserve("b", D("0.1"), ONE, NOON + timedelta(days=31)) == ONE


def test_people_of_a_gateway_count_by_the_origin_of_their_requests(ledgers: Ledgers) -> None:
    book = ledgers(Budget(daily=ONE), "gateway", "p", "t")
    ann, bob = Origin(person="ann"), Origin(person="bob")
    assert book.reserve("a", ONE, ONE, NOON, ann) == ONE
    assert isinstance(book.reserve("b", ONE, ONE, NOON, ann), Refusal)
    assert book.reserve("b", ONE, ONE, NOON, bob) == ONE


def test_a_booking_with_an_identity_is_booked_once(ledgers: Ledgers) -> None:
    book = ledgers(Budget(daily=ONE), "ann", "p")
    for _ in range(3):
        book.book(booking("a", "0.2", entry="the/same"), NOON)
    ledgers.settle(book)
    assert book.spent(NOON - timedelta(hours=1)) == D("0.2")


def test_statistics_tell_what_was_booked(ledgers: Ledgers) -> None:
    book = ledgers(Budget(), "ann", "p")
    book.reserve("a", ONE, ONE, NOON)
    book.book(replace(booking("a", "0.1"), attempt=attempt("0.1", AttemptStatus.SERVER_ERROR)), NOON)
    book.book(replace(booking("a", "0.2"), baseline_cost=D("0.9"), baseline_model=MODEL), NOON, last=True)
    book.book(replace(booking("b", "0.3"), attempt=attempt("0.3", AttemptStatus.REJECTED)), NOON + timedelta(days=1))
    ledgers.settle(book)
    stats = book.stats(None, UTC)
    assert (stats.spent, stats.actions, stats.attempts) == (D("0.6"), 2, 3)
    assert stats.saved == D("0.9") - D("0.6")
    assert stats.baselines == (str(MODEL),)
    assert [(day.day, day.cost) for day in stats.days] == [("2026-03-04", D("0.3")), ("2026-03-05", D("0.3"))]
    assert stats.failures == (("rejected", 1), ("server_error", 1))
    assert (stats.failovers.jobs.retried, stats.failovers.jobs.lost) == (1, 1)
    later = book.stats(NOON + timedelta(hours=12), UTC)
    assert (later.spent, later.attempts) == (D("0.3"), 1)
    assert book.stats(NOON, UTC).attempts == 3
    for key in (StatsKey.TIER, StatsKey.MODEL, StatsKey.PROJECT, StatsKey.ACTION):
        (row,) = book.totals_by(key, None)
        assert (row.spent, row.requests) == (D("0.6"), 2)


def test_bills_calibrate_and_answers_are_accepted(ledgers: Ledgers) -> None:
    book = ledgers(Budget(), "ann", "p")
    for n in range(30):
        told = attempt("0.1", AttemptStatus.OK if n % 3 else AttemptStatus.REJECTED)
        book.book(replace(booking(f"{n}", "0.1"), attempt=told, counted_input=50), NOON + timedelta(seconds=n))
    ledgers.settle(book)
    assert book.token_calibration(MODEL, "document", "python").input_factor == pytest.approx(2.0, rel=0.2)
    found = book.acceptance(MODEL, "document", "python")
    assert 0 < found.accepted < found.answers


def test_text_of_any_kind_is_stored(ledgers: Ledgers) -> None:
    book = ledgers(Budget(daily=ONE), "a\0n\ud800n", "p\0")
    told = replace(attempt("0.1"), reason="half \ud83d and \0 none")
    assert book.reserve("a", D("0.1"), D("0.1"), NOON) == D("0.1")
    assert book.book(replace(booking("a", "0.1"), attempt=told), NOON, last=True) is None
    ledgers.settle(book)
    assert book.stats(None, UTC).spent == D("0.1")
