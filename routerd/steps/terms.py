"""Terms: the limits of an answer's length and bill, by the estimate and the provider's behaviour."""

from __future__ import annotations

from routerd.domain.quote import Estimate, TokenCalibration
from routerd.domain.settings import ModelSettings, Quirks
from routerd.domain.terms import INPUT_BOUND, Terms

_DOUBT = 1.1
"""The calibrated factor is a median; this margin makes it a bound for nearly all prompts of a kind."""

_LONGEST_ANSWER = 32_000
"""Tokens of an answer that nobody limited: what coding agents ask for, and no list of prices tells a model's own."""

_COUNTS = frozenset({"n", "best_of", "max_tokens", "max_completion_tokens"})
"""Request fields that change how much is generated; if a user sets one, the bill has no bound."""


def terms(estimate: Estimate, token_calibration: TokenCalibration, own: ModelSettings | None, quirks: Quirks) -> Terms:
    """The terms of asking one model; ``own`` are the user's settings of it, ``quirks`` those of its provider."""
    high = estimate.output_tokens.high
    limit = 2 * high + 512
    if own and own.max_output:
        limit = min(limit, own.max_output)
    return _terms(estimate, token_calibration, quirks, (min(high, limit), limit))


def terms_of_request(
    estimate: Estimate,
    token_calibration: TokenCalibration,
    own: ModelSettings | None,
    quirks: Quirks,
    asked: int | None,
) -> Terms:
    """The terms of a request that passes through; ``asked``: the limit of its answer, in tokens, if it has one."""
    if asked is None:
        window = estimate.price.context if estimate.price else None
        asked = (own.max_output if own else None) or min(_LONGEST_ANSWER, window or _LONGEST_ANSWER)
    return _terms(estimate, token_calibration, quirks, (min(estimate.output_tokens.likely, asked), asked))


def _terms(estimate: Estimate, token_calibration: TokenCalibration, quirks: Quirks, output: tuple[int, int]) -> Terms:
    """``output``: the lowest and the highest limit of the answer."""
    return Terms(
        price=estimate.price,
        max_output=output[1],
        least=output[0],
        input_bound=max(
            INPUT_BOUND, _DOUBT * token_calibration.input_factor, *(past.input for past in token_calibration.past)
        ),
        excess=max(1.0, token_calibration.excess),
        limited=quirks.max_tokens_field is not None and _COUNTS.isdisjoint(quirks.extra_body),
    )
