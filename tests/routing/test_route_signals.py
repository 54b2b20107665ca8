"""Local signals: they settle a doubt, never overrule certainty, and are always shown."""

from __future__ import annotations

import pytest

from routerd.actions import catalog
from routerd.domain.action import Request
from routerd.domain.classification import Classification, Neighbour, Signal
from routerd.domain.document import Document
from routerd.domain.model import ModelRef
from routerd.domain.quote import Route
from routerd.domain.settings import Routing, Settings, Snapshot
from routerd.domain.text import Text
from routerd.domain.tier import Tier
from routerd.routing.route import LARGE_TOKENS, local_signals, route

MODELS = {tier: (ModelRef("n1n", str(tier)),) for tier in Tier}
DOCUMENT = Document("file:///a.py", 1, "python", Text("x = 1\n"))


def routed(told: Tier, *signals: Signal, confident: bool = False, default: Tier = Tier.UTILITY) -> Route:
    seen = Snapshot(Settings(MODELS, {}, {}, routing=Routing(default_tier=default)), MODELS)
    words = Classification(told, "ask", 0.5, 0.1, confident, (Neighbour("like this", told, "ask", 0.7),), 100)
    request = Request("ask", DOCUMENT, DOCUMENT.text.whole, instruction="do it")
    found = route(request, catalog()["ask"], seen, words, signals)
    assert isinstance(found, Route)
    return found


@pytest.mark.parametrize(
    ("signal", "tier"),
    [
        (Signal.STACK_TRACE, Tier.LOGIC),
        (Signal.MANY_FILES, Tier.ARCHITECT),
        (Signal.CONCURRENCY, Tier.ARCHITECT),
        (Signal.LARGE_TARGET, Tier.ARCHITECT),
    ],
)
def test_a_signal_raises_an_unsure_answer_and_says_so(signal: Signal, tier: Tier) -> None:
    found = routed(Tier.UTILITY, signal)
    assert found.first.tier is tier
    assert str(signal) in found.reason
    assert found.signals == (signal,)


@pytest.mark.parametrize("signal", list(Signal))
def test_a_signal_leaves_a_sure_answer_alone_but_is_shown(signal: Signal) -> None:
    found = routed(Tier.SPEED, signal, confident=True)
    assert found.first.tier is Tier.SPEED
    assert str(signal) in found.reason


@pytest.mark.parametrize("signal", list(Signal))
def test_a_signal_never_lowers(signal: Signal) -> None:
    assert routed(Tier.ARCHITECT, signal).first.tier is Tier.ARCHITECT


def test_of_several_signals_the_strongest_decides() -> None:
    assert routed(Tier.SPEED, Signal.STACK_TRACE, Signal.CONCURRENCY).first.tier is Tier.ARCHITECT


def test_without_a_signal_the_default_stands_and_nothing_is_claimed() -> None:
    found = routed(Tier.SPEED, default=Tier.LOGIC)
    assert found.first.tier is Tier.LOGIC
    assert found.reason == "unsure (nearest: 'like this'), so logic"


def test_only_a_large_target_is_a_signal() -> None:
    words = (Signal.STACK_TRACE,)
    assert local_signals(words, LARGE_TOKENS) == words
    assert local_signals(words, LARGE_TOKENS + 1) == (Signal.STACK_TRACE, Signal.LARGE_TARGET)
