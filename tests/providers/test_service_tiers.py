"""Service tiers: an answer is billed at the rates of the tier that answered, and flagged where these are not known."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from routerd.adapters.catalogue.catalogue import Catalogue
from routerd.domain.dialect_name import DialectName
from routerd.domain.model import ModelRef
from routerd.domain.settings import ModelSettings
from routerd.providers.draft import Draft
from routerd.providers.forward.watch import Watch
from routerd.providers.metering import UsageMeter
from routerd.providers.sse import Event
from tests.providers.scene import QuarterOfBytes

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
"""After the list's rates of tiers came into force."""
MINI = ModelRef("openai", "gpt-5-mini")
"""Dollars per million: 0.25 and 2; flex and batch 0.125 and 1; priority 0.45 and 3.6 (developers.openai.com)."""


def billed(model: ModelRef, chunk: dict[str, object], own: dict[str, ModelSettings] | None = None) -> tuple[str, bool]:
    """The cost of an answer of 100,000 and 1,000 tokens, and whether it is an estimate."""
    draft, catalogue = Draft(), Catalogue(own)
    draft.sent = True
    usage = {"prompt_tokens": 100_000, "completion_tokens": 1_000}
    draft.event(Event(json.dumps({"choices": [], "usage": usage} | chunk)))
    meter = UsageMeter(lambda model: catalogue.price(model, AT), QuarterOfBytes())
    found = meter.bill(model, draft, 100_000)
    assert found.cost is not None
    return f"{found.cost.normalize():f}", found.estimated


@pytest.mark.parametrize(
    ("tier", "dollars", "estimated"),
    [
        ("flex", "0.0135", False),
        ("priority", "0.0486", False),
        ("batch", "0.0135", False),
        ("Flex", "0.0135", False),
        ("default", "0.027", False),
        ("", "0.027", False),
        (None, "0.027", False),
        (["flex"], "0.027", False),
        ("scale", "0.027", True),
    ],
)
def test_the_tier_that_answered_is_billed(tier: object, dollars: str, estimated: bool) -> None:
    assert billed(MINI, {"service_tier": tier}) == (dollars, estimated)


def test_the_tier_may_stand_in_the_usage_as_anthropic_has_it() -> None:
    usage = {"prompt_tokens": 100_000, "completion_tokens": 1_000, "service_tier": "flex"}
    assert billed(MINI, {"usage": usage}) == ("0.0135", False)


def test_groq_bills_flex_as_ever_and_its_other_tiers_are_not_known() -> None:
    model = ModelRef("groq", "llama-3.3-70b-versatile")
    ordinary = billed(model, {"service_tier": "on_demand"})
    assert not ordinary[1]
    assert billed(model, {"service_tier": "flex"}) == ordinary
    assert billed(model, {"service_tier": "performance"}) == (ordinary[0], True)


def test_a_price_of_ones_own_has_no_rates_for_tiers() -> None:
    own = {"gpt-5-mini": ModelSettings(input=Decimal(1), output=Decimal(1))}
    assert billed(MINI, {"service_tier": "flex"}, own) == ("0.101", True)
    assert billed(MINI, {"service_tier": "default"}, own) == ("0.101", False)


def test_what_the_provider_says_it_billed_goes_before_the_tier() -> None:
    usage = {"prompt_tokens": 100_000, "completion_tokens": 1_000, "cost": 0.02}
    assert billed(MINI, {"service_tier": "scale", "usage": usage}) == ("0.02", False)


def test_rates_that_are_not_in_force_yet_are_not_used() -> None:
    price = Catalogue().price(MINI, datetime(2026, 10, 1, tzinfo=UTC))
    assert price is not None
    assert price.of_tier("flex") is None


FORWARDED: dict[DialectName, dict[str, object]] = {
    DialectName.CHAT: {"service_tier": "flex", "usage": {"prompt_tokens": 9, "completion_tokens": 1}, "choices": []},
    DialectName.MESSAGES: {"usage": {"input_tokens": 9, "output_tokens": 1, "service_tier": "flex"}, "content": []},
    DialectName.RESPONSES: {"service_tier": "flex", "usage": {"input_tokens": 9, "output_tokens": 1}, "output": []},
}


@pytest.mark.parametrize("dialect", FORWARDED)
def test_the_tier_is_read_of_an_answer_that_passes_through(dialect: DialectName) -> None:
    draft = Draft()
    Watch(dialect, draft, ends_with_done=True, strip_usage=False).whole(json.dumps(FORWARDED[dialect]).encode())
    assert draft.service_tier == "flex"


@pytest.mark.parametrize(
    "chunk",
    [
        {"choices": [], "x_groq": {"usage": {"prompt_tokens": 9, "completion_tokens": 1}}},
        {"choices": [{"delta": {}, "usage": {"prompt_tokens": 9, "completion_tokens": 1}}]},
    ],
    ids=["groq", "moonshot"],
)
def test_the_usage_of_a_stream_that_passes_through_is_found_wherever_it_stands(chunk: dict[str, object]) -> None:
    draft = Draft()
    watch = Watch(DialectName.CHAT, draft, ends_with_done=True, strip_usage=False)
    watch.event(f"data: {json.dumps(chunk)}\n\n".encode())
    assert draft.usage == {"prompt_tokens": 9, "completion_tokens": 1}
