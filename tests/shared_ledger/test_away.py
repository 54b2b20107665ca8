"""While the server is away: nothing that costs is sent, or up to a cap of the machine; and what was spent is booked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median

import pytest

from routerd.adapters.ledger import Outbox, PostgresLedger, SharedWriter
from routerd.adapters.postgres import Postgres, ServerAddress
from routerd.domain.errors import LedgerError, OverBudget
from routerd.domain.ledger_settings import AwayPolicy, LedgerSettings
from routerd.domain.origin import Origin
from routerd.domain.settings import Budget
from routerd.domain.verdict import Refusal, RefusalCode
from tests.posix import freeze, thaw
from tests.shared_ledger.ledgers import NOON, booking
from tests.shared_ledger.server import Server, running_server

D = Decimal
BEFORE = NOON - timedelta(days=1)


@pytest.fixture
def own_server() -> Iterator[Server]:
    with running_server() as made:
        yield made


Open = Callable[..., PostgresLedger]


@pytest.fixture
def opened(own_server: Server, tmp_path: Path) -> Iterator[Open]:
    ledgers: list[PostgresLedger] = []

    def one(
        home: str = "one", away: AwayPolicy = AwayPolicy.CLOSED, cap: str = "0", lease_s: float = 60
    ) -> PostgresLedger:
        settings = LedgerSettings(away=away, local_cap=D(cap))
        (tmp_path / home).mkdir(exist_ok=True)
        outbox = Outbox(tmp_path / home / "outbox.db", NOON, settings)
        postgres = Postgres(ServerAddress(own_server.url))
        writer = SharedWriter(postgres, outbox, lambda: datetime.now().astimezone(), lease_s)
        ledgers.append(PostgresLedger(writer, lambda: Budget(daily=D(5)), "p", Origin(person="ann", team="t")))
        return ledgers[-1]

    yield one
    for ledger in ledgers:
        ledger.writer.postgres.close(0.1)


def until_back(ledger: PostgresLedger) -> None:
    """The server answers again, and has what waited for it."""
    while True:
        ledger.writer.postgres.flush()  # what fails goes to the outbox only then
        try:
            if ledger.writer.postgres.read("SELECT 1") and not ledger.writer.outbox.waiting():
                return
        except LedgerError:
            time.sleep(0.02)


def test_closed_sends_nothing_and_says_so(own_server: Server, opened: Open) -> None:
    ledger = opened()
    assert ledger.reserve("a", D("0.1"), D("0.1"), NOON) == D("0.1")
    own_server.kill()
    refused = ledger.reserve("b", D("0.1"), D("0.1"), NOON)
    assert isinstance(refused, Refusal)
    assert refused.code is RefusalCode.LEDGER
    assert "Nothing that costs is sent until it is back" in refused.message
    assert isinstance(ledger.limits(NOON), Refusal)


def test_what_was_under_way_is_booked_once_when_it_is_back(own_server: Server, opened: Open) -> None:
    ledger = opened()
    ledger.reserve("a", D(1), D(1), NOON, sent=True)
    own_server.kill()
    ledger.book(booking("a", "0.25"), NOON, last=True)
    ledger.release("a")
    ledger.writer.postgres.flush()
    told = ledger.book(booking("other", "0.5"), NOON, last=True)
    assert told is not None
    assert "not in the shared ledger yet" in told
    own_server.start()
    until_back(ledger)
    assert ledger.spent(BEFORE) == D("0.75")
    (limit,) = ledger.limits(NOON)  # type: ignore[misc]  # not refused
    assert (limit.spent, limit.reserved) == (D("0.75"), D(0))
    assert ledger.stats(None, NOON.tzinfo).attempts == 2


def test_what_a_process_left_in_its_outbox_is_booked_by_the_next_one(own_server: Server, opened: Open) -> None:
    ledger = opened()
    ledger.reserve("a", D(1), D(1), NOON, sent=True)
    own_server.kill()
    ledger.book(booking("a", "0.25"), NOON, last=True)
    ledger.writer.postgres.flush()
    ledger.writer.postgres.close(0.1)
    own_server.start()
    until_back(opened())
    found = opened("elsewhere")
    assert found.spent(BEFORE) == D("0.25")


def test_local_goes_on_up_to_the_cap_of_the_machine(own_server: Server, opened: Open) -> None:
    ledger = opened(away=AwayPolicy.LOCAL, cap="0.3")
    assert ledger.reserve("a", D("0.1"), D("0.1"), NOON, sent=True) == D("0.1")
    ledger.release("a")
    ledger.writer.postgres.flush()
    own_server.kill()
    assert ledger.reserve("b", D("0.1"), D("0.2"), NOON) == D("0.2")
    ledger.book(booking("b", "0.2"), NOON, last=True)
    ledger.release("b")
    ledger.writer.postgres.flush()
    assert ledger.reserve("c", D("0.1"), D(4), NOON) == D("0.1")
    refused = ledger.reserve("d", D("0.1"), D("0.1"), NOON)
    assert isinstance(refused, Refusal)
    assert "$0.30 a day that this machine may spend" in refused.message
    own_server.start()
    until_back(ledger)
    ledger.book(booking("c", "0.05"), NOON, last=True)
    ledger.release("c")
    assert ledger.spent(BEFORE) == D("0.25")
    assert ledger.reserve("d", D("0.1"), D(9), NOON) == D("4.75")


def test_a_server_that_comes_back_without_a_word_is_used_at_once(own_server: Server, opened: Open) -> None:
    ledger = opened()
    ledger.reserve("a", D("0.1"), D("0.1"), NOON)
    ledger.writer.postgres._periodic.clear()  # nothing asks while it is away
    ledger.writer.postgres.flush()
    own_server.kill()
    own_server.start()
    assert ledger.reserve("b", D("0.1"), D("0.1"), NOON) == D("0.1")


async def test_a_server_that_accepts_and_never_answers_holds_up_neither_the_loop_nor_a_call_for_long(
    own_server: Server, opened: Open
) -> None:
    ledger = opened()
    assert await ledger.hold("a", D("0.1"), D("0.1"), NOON) == D("0.1")
    own_server.each(freeze)
    try:
        steps: list[float] = []
        waiting = asyncio.gather(*(ledger.hold(f"{n}", D("0.1"), D("0.1"), NOON) for n in range(20)))
        while not waiting.done():
            began = time.perf_counter()
            ledger.book(booking(f"x{len(steps)}", "0.01"), NOON, last=True)
            ledger.limits(NOON)
            ledger.token_calibration(booking("x", "0").attempt.model, "document", "python")
            steps.append(time.perf_counter() - began)
            await asyncio.sleep(0.05)
        found = await waiting
        assert all(isinstance(one, Refusal) and one.code is RefusalCode.LEDGER for one in found)
        assert median(steps) < 0.010
        assert max(steps) < 1, "a step of the loop waited for the server, which takes five seconds"
    finally:
        own_server.each(thaw)
    await asyncio.to_thread(until_back, ledger)
    assert await asyncio.to_thread(ledger.spent, BEFORE) == D("0.01") * len(steps)


def test_an_unsent_lease_is_freed_and_a_sent_one_is_booked_and_its_late_bill_takes_its_place(
    own_server: Server, opened: Open
) -> None:
    dead, other = opened("dead", lease_s=0.5), opened("other", lease_s=0.5)
    dead.reserve("unsent", D(1), D(1), NOON)
    dead.reserve("sent", D(2), D(2), NOON, sent=True)
    dead.writer._open.clear()  # it renews nothing any more, as a process that hangs
    while other.writer.postgres.read("SELECT 1 FROM reservations"):
        time.sleep(0.02)
    assert other.spent(BEFORE) == D(2)
    assert other.reserve("x", D(3), D(3), NOON) == D(3)
    assert isinstance(other.reserve("y", D("0.1"), D(3), NOON), Refusal)
    dead.book(booking("sent", "0.5"), NOON, last=True)
    dead.writer.postgres.flush()
    assert dead.spent(BEFORE) == D("0.5")
    assert dead.stats(None, NOON.tzinfo).attempts == 1
    (limit,) = dead.limits(NOON)  # type: ignore[misc]  # not refused
    assert (limit.spent, limit.reserved) == (D("0.5"), D(3))


def test_a_call_whose_lease_ended_before_it_was_sent_is_sent_only_if_the_money_is_still_there(opened: Open) -> None:
    slow, other = opened("slow", lease_s=0.5), opened("other", lease_s=0.5)
    for job in ("a", "b"):
        slow.reserve(job, D("2.5"), D("2.5"), NOON)
    held = dict(slow.writer._open)
    slow.writer._open.clear()  # it renews nothing any more, as a process that hangs
    while other.writer.postgres.read("SELECT 1 FROM reservations"):
        time.sleep(0.02)
    assert other.reserve("x", D(2), D(2), NOON, sent=True) == D(2)
    slow.writer._open.update(held)
    assert slow.sent("a") is None
    with pytest.raises(OverBudget):
        slow.sent("b")
    (limit,) = slow.limits(NOON)  # type: ignore[misc]  # not refused
    assert limit.spent + limit.reserved <= D(5)


def test_a_call_is_not_sent_where_that_cannot_be_recorded(own_server: Server, opened: Open) -> None:
    ledger = opened()
    assert ledger.reserve("a", D(1), D(1), NOON) == D(1)
    own_server.kill()
    with pytest.raises(OverBudget, match="Nothing that costs is sent"):
        ledger.sent("a")
