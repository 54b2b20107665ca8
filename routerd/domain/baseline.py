"""The counterfactual: what another model would have billed for the same text, in its own tokens.

Savings are claimed against it, so where nobody can know, it takes the side that claims less.
"""

from __future__ import annotations

from decimal import Decimal

from routerd.domain.model import ModelRef
from routerd.domain.money import Usage
from routerd.domain.quote import Tariff


def retokenized(usage: Usage, ratio: float) -> Usage:
    """The same text in another model's tokens; ``ratio`` is that model's factor over this one's.

    Every bucket of text is corrected, cached or not: the same prompts in the same order would have warmed the
    other model's cache as well. Reasoning is not: how long a model thinks is its habit, and no text that was seen.
    """
    return Usage(
        round(usage.input * ratio),
        round(usage.cached_input * ratio),
        round(usage.cache_write * ratio),
        round(usage.output * ratio),
        usage.reasoning,
    )


def baseline_cost(usage: Usage, model: ModelRef, factor: float, baseline: Tariff | None) -> Decimal | None:
    """Dollars that the baseline model would have billed for what ``model``, with its factor, did with ``usage``.

    Reasoning counts only where the baseline is known to think as well: it is the same model, or was billed for
    reasoning before. Otherwise a model that thinks long at a low price would be said to save what nobody would
    have paid. ``None`` without a baseline, or where its price is unknown.
    """
    if baseline is None:
        return None
    same = model == baseline.model
    told = retokenized(usage, 1.0 if same else baseline.token_calibration.input_factor / factor)
    if not (same or baseline.token_calibration.reasoning):
        told = Usage(told.input, told.cached_input, told.cache_write, told.output)
    return baseline.bill(told)
