"""The money of a batch: one reservation for all items, and an answer that outlived its process booked exactly once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from routerd.adapters.ledger import MIGRATIONS, BatchLedger, LedgerWriter, SqliteLedger
from routerd.adapters.sqlite import Database
from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.booking import Booking
from routerd.domain.model import ModelRef
from routerd.domain.money import Usage
from routerd.domain.settings import Budget
from routerd.domain.tier import Tier
from routerd.domain.verdict import Refusal

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MODEL = ModelRef("loopback", "small")
ONE = Decimal(1)


def ledger(path: Path, daily: Decimal | None = None) -> SqliteLedger:
    return SqliteLedger(LedgerWriter(Database(path, MIGRATIONS, NOON)), lambda: Budget(daily=daily))


def answer(cost: Decimal, ms: int = 1) -> Attempt:
    return Attempt(MODEL, Tier.UTILITY, AttemptStatus.OK, Usage(input=10, output=5), cost, ms)


def booking(job: str, attempt: Attempt) -> Booking:
    return Booking(job, "document", "python", attempt, None, 10, 5, None)


def held(one: SqliteLedger) -> Decimal:
    ((pico,),) = one.writer.database.read("SELECT SUM(amount) FROM reservations")
    return Decimal(pico or 0) / 10**12


def booked(one: SqliteLedger) -> tuple[Decimal, int]:
    ((pico, rows),) = one.writer.database.read("SELECT SUM(cost), COUNT(*) FROM attempts")
    ((daily,),) = one.writer.database.read("SELECT SUM(cost) FROM daily")
    assert (daily or 0) == (pico or 0), "the daily sums are those of the rows"
    return Decimal(pico or 0) / 10**12, rows


def test_calls_are_drawn_from_one_reservation_and_give_back_what_they_did_not_need(tmp_path: Path) -> None:
    own = ledger(tmp_path / "ledger.db", daily=Decimal(10))
    batch = BatchLedger(own, "b", cap=Decimal(5))
    assert batch.open(Decimal(4), NOON) == 4
    assert batch.reserve("b-1", ONE, Decimal(3), NOON) == 3
    assert held(own) == 4, "the call's part is the batch's"
    batch.sent("b-1")
    batch.book(booking("b-1", answer(ONE)), NOON)
    batch.release("b-1")
    assert (held(own), booked(own)) == (Decimal(3), (ONE, 1))
    assert batch.reserve("b-2", ONE, Decimal(9), NOON) == 4, "it grows to its cap and no further"
    short = batch.reserve("b-3", ONE, ONE, NOON)
    assert isinstance(short, Refusal)
    assert batch.short is short
    batch.release("b-2")
    assert batch.reserve("b-3", ONE, ONE, NOON) == 1
    batch.release("b-3")
    batch.close()
    assert held(own) == 0


def test_a_daily_budget_bounds_the_reservation_with_what_others_hold(tmp_path: Path) -> None:
    own, other = (ledger(tmp_path / "ledger.db", daily=Decimal(3)) for _ in range(2))
    assert other.reserve("elsewhere", ONE, ONE, NOON) == 1
    batch = BatchLedger(own, "b", cap=None)
    assert batch.open(Decimal(9), NOON) == 2
    assert batch.reserve("b-1", ONE, Decimal(9), NOON) == 2
    assert isinstance(other.reserve("elsewhere too", ONE, ONE, NOON), Refusal)


@pytest.mark.parametrize("settled", [False, True])
@pytest.mark.parametrize("was_booked", [False, True])
def test_a_stored_answer_is_booked_once_wherever_its_process_died(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settled: bool, was_booked: bool
) -> None:
    path = tmp_path / "ledger.db"
    dead = ledger(path)
    first = BatchLedger(dead, "b", cap=None)
    assert first.open(Decimal(9), NOON) == 9
    assert first.reserve("b-1", ONE, Decimal(3), NOON) == 3
    first.sent("b-1")
    if was_booked:
        first.book(booking("b-1", answer(ONE)), NOON)
    # From here on it is dead: neither released nor closed.
    monkeypatch.setattr("routerd.adapters.ledger.ended.alive", lambda pid: False)
    if settled:
        assert ledger(path).reserve("anything", ONE, ONE, NOON) == 1
    own = ledger(path)
    second = BatchLedger(own, "b", cap=None)
    assert second.open(Decimal(9), NOON) == 9
    second.replay("b-1", before=(), again=(answer(ONE),))
    assert second.book(booking("b-1", answer(ONE)), NOON) is None
    second.release("b-1")
    second.close()
    assert booked(own) == (ONE, 1)


def test_two_answers_that_look_alike_are_two_bills(tmp_path: Path) -> None:
    own = ledger(tmp_path / "ledger.db")
    batch = BatchLedger(own, "b", cap=None)
    batch.replay("b-1", before=(answer(ONE),), again=(answer(ONE),))
    batch.book(booking("b-1", answer(ONE)), NOON)
    assert booked(own)[1] == 1
    again = BatchLedger(own, "b", cap=None)
    again.replay("b-1", before=(answer(ONE),), again=(answer(ONE),))
    again.book(booking("b-1", answer(ONE)), NOON)
    assert booked(own)[1] == 2
    third = BatchLedger(own, "b", cap=None)
    third.replay("b-1", before=(answer(ONE),), again=(answer(ONE),))
    third.book(booking("b-1", answer(ONE)), NOON)
    assert booked(own)[1] == 2


def test_what_a_providers_batch_holds_outlives_every_process_and_is_booked_after_a_month(tmp_path: Path) -> None:
    first = ledger(tmp_path / "ledger.db", daily=Decimal(10))
    batch = BatchLedger(first, "b", cap=None)
    batch.open(Decimal(6), NOON)
    for job in ("b-1", "b-2", "b-3"):
        assert batch.reserve(job, ONE, Decimal(2), NOON) == 2
    batch.hand_over(["b-1", "b-2", "b-3"])
    batch.close()
    assert (held(first), booked(first)[1]) == (Decimal(6), 0)
    later = BatchLedger(ledger(tmp_path / "ledger.db", daily=Decimal(10)), "b", cap=None)
    day = NOON + timedelta(days=3)
    later.replay("b-1", [], [answer(ONE, ms=0)])
    later.book(booking("b-1", answer(ONE, ms=0)), day)
    later.take_back(["b-2"])
    assert later.open(ONE, day) == 1, "another batch has room, and settles nothing of this one"
    later.close()
    assert (held(first), booked(first)) == (Decimal(2), (ONE, 1))
    much_later = BatchLedger(ledger(tmp_path / "ledger.db"), "c", cap=None)
    much_later.open(ONE, NOON + timedelta(days=32))
    much_later.close()
    assert (held(first), booked(first)) == (Decimal(0), (Decimal(3), 2)), "nobody can know it any more"
