"""What past work of other tools would have cost on the user's tiers: logged requests, routed by their words alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from routerd.actions import catalog
from routerd.domain.action import Request
from routerd.domain.document import Document
from routerd.domain.model import ModelRef
from routerd.domain.money import Usage
from routerd.domain.quote import Route, Tariff
from routerd.domain.snapshot import Snapshot
from routerd.domain.text import Text
from routerd.domain.verdict import Refusal
from routerd.planning import Places
from routerd.stages.audit import Audited, Logged, reckon
from routerd.stages.route import route
from routerd.stages.words import own_words

ReadUsage = Callable[[Mapping[str, Any]], Usage]
"""Usage of one call as its provider sent it, in disjoint buckets."""


def audited(logged: Iterable[Logged], snapshot: Snapshot, places: Places, read_usage: ReadUsage) -> tuple[Audited, ...]:
    """Each request with what it cost and would have cost, at today's prices."""
    return tuple(_audited(one, snapshot, places, read_usage) for one in logged)


def _audited(one: Logged, snapshot: Snapshot, places: Places, read_usage: ReadUsage) -> Audited:
    usage = sum((read_usage(raw) for raw in one.usages), Usage())
    chosen = _route(one.words, snapshot, places) if one.words else None
    now = _tariff(chosen.first.models[0], places) if chosen else None
    return reckon(one, usage, _tariff(one.model, places), chosen, now)


def _route(words: str, snapshot: Snapshot, places: Places) -> Route | None:
    document = Document("untitled:", None, "plaintext", Text(words))
    request = Request("ask", document, document.text.whole, instruction=words)
    found = route(request, catalog()["ask"], snapshot, places.classifier.classify(own_words(words).text))
    return None if isinstance(found, Refusal) else found


def _tariff(model: ModelRef, places: Places) -> Tariff:
    return Tariff(model, places.catalogue.price(model, places.clock()), places.ledger.learned(model, "ask", ""))
