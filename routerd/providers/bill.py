"""The cost of a call as a provider reports it, in every known shape; implausible amounts are ignored."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from routerd.providers.bounded import absurd, dollars

_TOTALS = ("total_cost", "total", "cost")
"""Within a cost object: Perplexity, LiteLLM."""
_TICK = Decimal(10) ** -10
"""Dollars: xAI counts in these (its API reference, ``cost_in_usd_ticks``)."""


def told_cost(raw: Mapping[str, Any]) -> Decimal | None:
    """Dollars of one call by its usage object; ``None`` where it reports no cost or an implausible one.

    Zero is no report: with the user's own key (BYOK) the upstream provider bills; OpenRouter reports that amount
    beside its fee.
    """
    said = raw.get("cost")
    found = _total(said) if isinstance(said, Mapping) else dollars(said)
    if raw.get("is_byok") is True:
        details = raw.get("cost_details")
        elsewhere = dollars(details.get("upstream_inference_cost")) if isinstance(details, Mapping) else None
        return None if elsewhere is None else elsewhere + (found or 0)
    # DeepInfra calls its cost an estimate; the others are gateways.
    found = found or dollars(raw.get("total_cost")) or dollars(raw.get("estimated_cost"))
    return found or _of_ticks(raw.get("cost_in_usd_ticks"))


def absurd_cost(raw: Mapping[str, Any]) -> bool:
    """Whether it reports an implausible amount."""
    said = raw.get("cost")
    reported = [said.get(name) for name in _TOTALS] if isinstance(said, Mapping) else [said]
    return any(map(absurd, (*reported, raw.get("total_cost"), raw.get("estimated_cost"))))


def _total(costs: Mapping[str, Any]) -> Decimal | None:
    """The reported total; parts without a total are not added up, as they may be incomplete."""
    return next((found for name in _TOTALS if (found := dollars(costs.get(name)))), None)


def _of_ticks(ticks: object) -> Decimal | None:
    """A whole number of ticks."""
    if not isinstance(ticks, int | str) or isinstance(ticks, bool):
        return None
    text = str(ticks) if isinstance(ticks, str) or abs(ticks) < 10**19 else ""
    return dollars(Decimal(text) * _TICK) if text.isascii() and text.isdecimal() and len(text) <= 19 else None
