"""How hard a model is asked to think, in the words of each dialect."""

from __future__ import annotations

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh")
"""OpenAI's ``reasoning_effort`` and ``reasoning.effort``, from the least to the most."""

MESSAGES_EFFORTS = {"minimal": "low", "low": "low", "medium": "medium", "high": "high", "xhigh": "max"}
"""OpenAI's words in Anthropic's ``output_config.effort``; ``none`` is ``thinking: {type: disabled}`` there."""

FROM_MESSAGES = {"low": "low", "medium": "medium", "high": "high", "xhigh": "xhigh", "max": "xhigh"}
"""Anthropic's ``output_config.effort`` in OpenAI's words."""

_BUDGETS = ((2_048, "low"), (8_192, "medium"))
"""Tokens of Anthropic's ``thinking.budget_tokens``, up to which an effort is the nearest; its least value is 1,024."""


def effort_of_budget(tokens: int) -> str:
    """The effort that comes nearest to a budget of thinking tokens."""
    return next((effort for most, effort in _BUDGETS if tokens <= most), "high")
