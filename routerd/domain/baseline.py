"""The baseline cost: what another model would have billed for the same text, in its own tokens.

Savings are computed against it, so unknown quantities are resolved towards the smaller saving.
"""

from __future__ import annotations

from decimal import Decimal

from routerd.domain.model import ModelRef
from routerd.domain.money import Usage
from routerd.domain.quote import Tariff


def retokenized(usage: Usage, ratio: float) -> Usage:
    """The same text in another model's tokens; ``ratio`` is that model's token factor divided by this one's.

    Every bucket of text is scaled, cached or not: the same prompts in the same order would have filled the other
    model's cache as well. Reasoning is not scaled: its length depends on the model, not on the text.
    """
    return Usage(
        round(usage.input * ratio),
        round(usage.cached_input * ratio),
        round(usage.cache_write * ratio),
        round(usage.output * ratio),
        usage.reasoning,
    )


def baseline_cost(usage: Usage, model: ModelRef, factor: float, baseline: Tariff | None) -> Decimal | None:
    """Dollars that the baseline model would have billed for ``usage`` of ``model``, whose token factor is ``factor``.

    Reasoning counts only if the baseline is known to reason as well: it is the same model, or was billed for
    reasoning before. Otherwise a cheap model with long reasoning would seem to save an amount that nobody would
    have paid. ``None`` without a baseline, or if its price is unknown.
    """
    if baseline is None:
        return None
    same = model == baseline.model
    counted = retokenized(usage, 1.0 if same else baseline.token_calibration.input_factor / factor)
    if not (same or baseline.token_calibration.reasoning):
        counted = Usage(counted.input, counted.cached_input, counted.cache_write, counted.output)
    return baseline.bill(counted)
