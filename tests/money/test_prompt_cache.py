"""Cached input is priced as such when the same prefix went to the same model a moment ago, and only then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from routerd.adapters.tokenizer import TiktokenCounter
from routerd.domain.model import ModelRef
from routerd.domain.money import Price
from routerd.domain.prompt import Message, Turn
from routerd.domain.tier import Tier
from routerd.routing.prompt_cache import cached_prefix_tokens

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MODEL = ModelRef("openai", "gpt-4o")
PRICE = Price(Decimal("2.5"), Decimal(10), cached_input=Decimal("1.25"))
COUNTER = TiktokenCounter()
LONG = "\n".join(f"def f{n}(x): return x + {n}" for n in range(200))
ASKED = (Message("system", "You review code.\n"), Message("user", f"{LONG}\nReview f1."))
AGAIN = (ASKED[0], Message("user", f"{LONG}\nReview f2, please."))
TURN = Turn(MODEL, Tier.LOGIC, ASKED, NOON)


def warm(
    turn: Turn = TURN, model: ModelRef = MODEL, price: Price | None = PRICE, after: timedelta = timedelta(minutes=1)
) -> int:
    return cached_prefix_tokens(model, price, AGAIN, (turn,), COUNTER, NOON + after)


def test_the_common_prefix_is_cached_in_whole_steps() -> None:
    shared = COUNTER.count(TURN.shares(AGAIN))
    assert shared > 1_024
    assert warm() == shared - shared % 128


@pytest.mark.parametrize(
    "cold",
    [
        warm(after=timedelta(minutes=6)),
        warm(model=ModelRef("other", "gpt-4o")),
        warm(model=ModelRef("openai", "gpt-4.1")),
        warm(price=replace(PRICE, cached_input=None)),
        warm(price=None),
        warm(turn=replace(TURN, messages=(Message("system", "You write tests.\n"), ASKED[1]))),
        warm(turn=replace(TURN, messages=(ASKED[0], Message("user", LONG[:900])))),
        warm(turn=replace(TURN, model=ModelRef("anthropic", "claude-x")), model=ModelRef("anthropic", "claude-x")),
    ],
    ids=["too long ago", "provider", "model", "no price", "unknown", "other beginning", "too short", "never marked"],
)
def test_nothing_else_is(cold: int) -> None:
    assert cold == 0
