"""Tokens of text that came from outside: counted at once, so never more of it than takes a few milliseconds."""

from __future__ import annotations

from routerd.domain.ports import Counter

_SLICE = 4_096
"""Characters: a tokenizer takes far longer for one endless word than for as much of any text."""
_SLICES = 8
"""Of any text: 20 ms for the worst that was found, and 8,000 tokens of code."""


def estimated_tokens(counter: Counter, text: str) -> int:
    """The tokens of a text: exact for a short one, else by slices, and for a long one from some of its slices."""
    if len(text) <= _SLICE:
        return counter.count(text) if text else 0
    starts = range(0, len(text), _SLICE)
    if len(starts) <= _SLICES:
        return sum(counter.count(text[start : start + _SLICE]) for start in starts)
    step = (len(text) - _SLICE) // (_SLICES - 1)
    sample = sum(counter.count(text[start : start + _SLICE]) for start in range(0, _SLICES * step, step))
    return -(-sample * len(text) // (_SLICE * _SLICES))
