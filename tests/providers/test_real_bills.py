"""What providers really sent is booked to the micro-dollar as it was worked out by hand."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from routerd.domain.model import ModelRef
from routerd.domain.money import Price
from routerd.providers.draft import Draft
from routerd.providers.metering import UsageMeter
from routerd.providers.sse import Event
from tests.providers.real_bills import REAL_BILLS, RealBill
from tests.providers.scene import QuarterOfBytes

PRICE = Price(Decimal(2), Decimal(8), cached_input=Decimal("0.5"), cache_write=Decimal("2.5"))


@pytest.mark.parametrize("bill", REAL_BILLS, ids=lambda bill: f"{bill.provider}, {bill.source}")
def test_a_real_usage_object_costs_what_was_worked_out_by_hand(bill: RealBill) -> None:
    draft = Draft()
    draft.sent = True
    draft.event(Event(json.dumps({"choices": [], "usage": bill.usage}, default=float)))
    metered = UsageMeter(lambda model: PRICE, QuarterOfBytes()).bill(ModelRef(bill.provider, "m"), draft, 1)
    assert metered.cost == Decimal(bill.dollars)
    assert not metered.estimated


def test_each_row_names_a_source_of_its_own_kind() -> None:
    assert all(" " not in bill.source.split(",")[0] and "/" in bill.source for bill in REAL_BILLS)
    assert len({(bill.source, json.dumps(bill.usage, default=str)) for bill in REAL_BILLS}) == len(REAL_BILLS)
