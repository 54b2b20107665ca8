"""Mends slips of the keyboard: an unknown word that two swapped or doubled letters keep from being a known one."""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from functools import lru_cache

_WORD = re.compile(r"[A-Za-z]{3,24}")  # shorter ones have too many neighbours, longer ones are identifiers
_CACHED_WORDS = 20_000


class Spelling:
    """Words by a vocabulary of lower-case words; what it does not know and cannot mend stays as it is."""

    def __init__(self, known: Set[str]) -> None:
        self._known = known
        self._word: Callable[[str], str] = lru_cache(_CACHED_WORDS)(self._mended)

    def mended(self, text: str) -> str:
        """The text with each mended word in lower case."""
        return _WORD.sub(lambda found: self._word(found[0]), text)

    def _mended(self, word: str) -> str:
        lower = word.lower()
        if lower in self._known:
            return word
        return next((near for near in _neighbours(lower) if near in self._known), word)


def _neighbours(word: str) -> list[str]:
    """The word with two letters exchanged, then with one of two equal letters left out."""
    pairs = [(index, word[index], word[index + 1]) for index in range(len(word) - 1)]
    swapped = [word[:i] + second + first + word[i + 2 :] for i, first, second in pairs if first != second]
    return swapped + [word[:i] + word[i + 1 :] for i, first, second in pairs if first == second]
