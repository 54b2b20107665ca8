"""Finds a human's own words in what was typed or pasted; it never judges what they ask for.

Only these words are classified, so that a pasted file, a licence, a stack trace, a plea or a "think
step by step" cannot buy a dearer model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from routerd.domain.classification import Signal
from routerd.domain.unicode import well_formed
from routerd.routing.words.noise import without_noise
from routerd.routing.words.pasted import holds_trace, pasted
from routerd.routing.words.request import asked_lines, without_context
from routerd.routing.words.signals import signals_of

_FENCE = re.compile(r"(?ms)^[ \t]*(```|~~~).*?(?:^[ \t]*\1[ \t]*$|\Z)|<(code|pre)>.*?</\2>")
_LEADER = re.compile(r"^\s*(?:(?:#+|//+|/\*+|\*+/?|--|<!--|>+|[-+•])\s+|(?:-->|\*/)\s*$)?")
_WORD = re.compile(r"[^\W\d_]{2}|[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
_ORPHANS = " ,;:"  # what noise leaves behind at the ends
_FIRST, _LAST = 90, 30  # words; the wish stands at the beginning or the end, what lies between is material


@dataclass(frozen=True, slots=True)
class OwnWords:
    """The human's own words on one line, and the signals beside them."""

    text: str
    signals: tuple[Signal, ...]


def own_words(text: str) -> OwnWords:
    """The words of `text` that a human wrote to say what is wanted; the whole text where none stand out."""
    text = well_formed(text)
    without_fences = _FENCE.sub("\n", text)
    lines = without_fences.splitlines()
    traced = holds_trace(text)
    kept = _flat(asked_lines([line for line, machine in zip(lines, pasted(lines), strict=True) if not machine]))
    if not _has_words(kept):
        kept = _flat(lines) if _has_words(without_fences) else _flat(text.splitlines())
    wish = _plain(kept)
    request = _plain(without_context(wish)) if _has_words(without_context(wish)) else wish
    return OwnWords(f"{request} [stack trace]" if traced else request, signals_of(wish, traced))


def _flat(lines: Iterable[str]) -> str:
    return " ".join(_LEADER.sub("", line).strip() for line in lines if line.strip())


def _plain(text: str) -> str:
    """Without pleading, politeness, haste and flattery, and no longer than a wish is."""
    wish = without_noise(text)
    words = (wish if _has_words(wish) else text).split()
    if len(words) > _FIRST + _LAST:
        words = words[:_FIRST] + words[-_LAST:]
    return " ".join(words).lstrip(_ORPHANS + ".!").rstrip(_ORPHANS)


def _has_words(text: str) -> bool:
    return _WORD.search(text) is not None
