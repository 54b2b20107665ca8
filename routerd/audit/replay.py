"""Computes what other tools' past work would have cost on the user's tiers, routing requests by their prompts alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from routerd.audit import Audited, Logged, RepricedCall, reprice
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.money import Usage
from routerd.domain.quote import Route, Tariff
from routerd.domain.settings import Snapshot
from routerd.pipeline.dependencies import Dependencies
from routerd.routing.instructions import routes

ReadUsage = Callable[[Mapping[str, Any]], Usage]
"""Converts the usage object of one call into disjoint buckets."""


def audited(
    logged: Iterable[Logged], snapshot: Snapshot, deps: Dependencies, read_usage: ReadUsage
) -> tuple[Audited, ...]:
    """Each request with what it cost and what it would have cost, at today's prices."""
    requests = list(logged)
    texts = list(dict.fromkeys(one.words for one in requests if one.words))
    found = zip(texts, routes(texts, _with_models(snapshot), deps.classifier), strict=True)
    known = {text: route for text, route in found if isinstance(route, Route)}

    @cache
    def tariff(model: ModelRef) -> Tariff:
        return Tariff(model, deps.catalogue.price(model, deps.clock()), deps.ledger.token_calibration(model, "ask", ""))

    def one_of(one: Logged) -> Audited:
        calls = [RepricedCall(call, read_usage(call.usage), tariff(call.model)) for call in one.calls]
        chosen = known.get(one.words)
        return reprice(one.words, calls, chosen, tariff(chosen.first.models[0]) if chosen else None)

    return tuple(one_of(one) for one in requests)


def _with_models(snapshot: Snapshot) -> Snapshot:
    """The snapshot as if every provider had a key: without any model there would be nothing to compare with."""
    usable = {
        tier: tuple(model for model in snapshot.usable.get(tier, ()) if model != OFFLINE) or models[:1]
        for tier, models in snapshot.settings.tiers.items()
    }
    return replace(snapshot, usable=usable)
