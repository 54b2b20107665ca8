"""Terms: the limits of an answer's length and bill, by the estimate and the provider's behaviour."""

from __future__ import annotations

from routerd.domain.quote import Estimate, TokenCalibration
from routerd.domain.settings import ModelSettings, Quirks
from routerd.domain.terms import INPUT_BOUND, Terms

_DOUBT = 1.1
"""The calibrated factor is a median; this margin makes it a bound for nearly all prompts of a kind."""

_COUNTS = frozenset({"n", "best_of", "max_tokens", "max_completion_tokens"})
"""Request fields that change how much is generated; if a user sets one, the bill has no bound."""


def terms(estimate: Estimate, token_calibration: TokenCalibration, own: ModelSettings | None, quirks: Quirks) -> Terms:
    """The terms of asking one model; ``own`` are the user's settings of it, ``quirks`` those of its provider."""
    high = estimate.output_tokens.high
    limit = 2 * high + 512
    if own and own.max_output:
        limit = min(limit, own.max_output)
    return Terms(
        price=estimate.price,
        max_output=limit,
        least=min(high, limit),
        input_bound=max(
            INPUT_BOUND, _DOUBT * token_calibration.input_factor, *(past.input for past in token_calibration.past)
        ),
        excess=max(1.0, token_calibration.excess),
        limited=quirks.max_tokens_field is not None and _COUNTS.isdisjoint(quirks.extra_body),
    )
