"""What a provider says that a call cost, in each shape in which that is said; absurd amounts are no amounts."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from routerd.providers.bounded import absurd, dollars

_TOTALS = ("total_cost", "total", "cost")
"""Within an object of costs: Perplexity, LiteLLM."""
_TICK = Decimal(10) ** -10
"""Dollars: xAI counts in these (its API reference, ``cost_in_usd_ticks``)."""


def told_cost(raw: Mapping[str, Any]) -> Decimal | None:
    """Dollars of one call by its usage object; ``None`` where it says nothing, or nothing that can be true.

    Zero says nothing: keys of one's own are billed elsewhere, of which OpenRouter tells the amount beside its fee.
    """
    said = raw.get("cost")
    found = _total(said) if isinstance(said, Mapping) else dollars(said)
    if raw.get("is_byok") is True:
        details = raw.get("cost_details")
        elsewhere = dollars(details.get("upstream_inference_cost")) if isinstance(details, Mapping) else None
        return None if elsewhere is None else elsewhere + (found or 0)
    # DeepInfra calls its bill an estimate; the others are gateways.
    found = found or dollars(raw.get("total_cost")) or dollars(raw.get("estimated_cost"))
    return found or _of_ticks(raw.get("cost_in_usd_ticks"))


def absurd_cost(raw: Mapping[str, Any]) -> bool:
    """Whether it tells an amount that cannot be true."""
    said = raw.get("cost")
    told = [said.get(name) for name in _TOTALS] if isinstance(said, Mapping) else [said]
    return any(map(absurd, (*told, raw.get("total_cost"), raw.get("estimated_cost"))))


def _total(costs: Mapping[str, Any]) -> Decimal | None:
    """The sum that it tells; parts without one are not added up, as nobody says that they are all."""
    return next((found for name in _TOTALS if (found := dollars(costs.get(name)))), None)


def _of_ticks(ticks: object) -> Decimal | None:
    """A whole number of ticks."""
    if not isinstance(ticks, int | str) or isinstance(ticks, bool):
        return None
    text = str(ticks) if isinstance(ticks, str) or abs(ticks) < 10**19 else ""
    return dollars(Decimal(text) * _TICK) if text.isascii() and text.isdecimal() and len(text) <= 19 else None
