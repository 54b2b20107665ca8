"""What providers really sent is booked to the micro-dollar as it was worked out by hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from routerd.adapters.ledger import MIGRATIONS, SqliteLedger
from routerd.adapters.sqlite import Database
from routerd.domain.attempt import Attempt
from routerd.domain.booking import Booking
from routerd.domain.money import Price
from routerd.domain.reply import Reply
from routerd.domain.settings import Budget
from tests.loopback import Turn, Upstream
from tests.providers.real_bills import REAL_BILLS, RealBill
from tests.providers.recorded_bills import RECORDED_BILLS
from tests.providers.scene import Witness, candidate, engine, outcome, provider, run
from tests.providers.wire_cases import DONE, EVENTS, chunk, data, raw

PRICE = Price(Decimal(2), Decimal(8), cached_input=Decimal("0.5"), cache_write=Decimal("2.5"))
ALL = REAL_BILLS + RECORDED_BILLS
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


def told(bill: RealBill) -> Turn:
    """A stream whose last chunk tells this usage."""
    used = json.dumps({"choices": [], "usage": bill.usage}, default=float)
    return raw(200, chunk("Hello.") + chunk(None, "stop") + data(used) + DONE, EVENTS)


async def billed(bill: RealBill) -> Attempt:
    """What the engine books for this answer."""
    async with Upstream([told(bill)]) as upstream:
        running = engine({"a": provider("a", upstream.base_url)}, price=lambda _: PRICE)
        reply = await outcome(running, candidate("a/m"), Witness())
        assert isinstance(reply, Reply), reply
        return reply.attempt


@pytest.mark.parametrize("bill", ALL, ids=lambda bill: f"{bill.provider}, {bill.source}")
def test_a_real_usage_object_costs_what_was_worked_out_by_hand(bill: RealBill) -> None:
    async def main() -> None:
        attempt = await billed(bill)
        assert attempt.cost == Decimal(bill.dollars)
        assert not attempt.usage_estimated

    run(main())


def test_the_ledger_holds_the_sum_of_the_bills() -> None:
    async def main() -> None:
        book = SqliteLedger(Database(None, MIGRATIONS, NOON), Budget)
        for number, bill in enumerate(ALL):
            book.book(Booking(f"j{number}", "ask", "", await billed(bill), None, 1, 1, None), NOON)
        book.close()
        assert book.spent(datetime(2026, 1, 1, tzinfo=UTC)) == sum(Decimal(bill.dollars) for bill in ALL)

    run(main())


def test_the_table_has_forty_bodies_of_fifteen_providers_each_with_a_source_of_its_own_kind() -> None:
    assert len(ALL) >= 40
    assert len({bill.provider for bill in ALL}) >= 15
    assert all(" " not in bill.source.split(",")[0] and "/" in bill.source for bill in ALL)
    assert len({(bill.source, json.dumps(bill.usage, default=str)) for bill in ALL}) == len(ALL)
