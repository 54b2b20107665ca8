"""Mends slips of the keyboard: an unknown word that two swapped or doubled letters keep from being a known one."""

from __future__ import annotations

import re
from collections.abc import Set

_WORD = re.compile(r"[A-Za-z]{3,24}")  # shorter ones have too many neighbours, longer ones are identifiers
_KEPT_WORDS = 20_000


class Spelling:
    """Words by a vocabulary of lower-case words; what it does not know and cannot mend stays as it is."""

    def __init__(self, known: Set[str]) -> None:
        self._known = known
        self._left: set[str] = set()  # met before, and not to be mended

    def mended(self, text: str) -> str:
        """The text with each mended word in lower case."""
        unknown = set(_WORD.findall(text)) - self._left
        slips = {word: meant for word in unknown if (meant := self._meant(word.lower()))}
        if len(self._left) + len(unknown) > _KEPT_WORDS:
            self._left = set()
        self._left |= unknown - slips.keys()
        return _WORD.sub(lambda found: slips.get(found[0], found[0]), text) if slips else text

    def _meant(self, word: str) -> str | None:
        if word in self._known:
            return None
        return next((near for near in _neighbours(word) if near in self._known), None)


def _neighbours(word: str) -> list[str]:
    """The word with two letters exchanged, then with one of two equal letters left out."""
    pairs = [(index, word[index], word[index + 1]) for index in range(len(word) - 1)]
    swapped = [word[:i] + second + first + word[i + 2 :] for i, first, second in pairs if first != second]
    return swapped + [word[:i] + word[i + 1 :] for i, first, second in pairs if first == second]
