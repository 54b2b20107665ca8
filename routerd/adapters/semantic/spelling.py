"""Mends slips of the keyboard: a word that swapped or doubled letters keep from being a much more frequent one."""

from __future__ import annotations

import re
from collections.abc import Mapping

_WORD = re.compile(r"[A-Za-z]{3,24}")  # shorter ones have too many neighbours, longer ones are identifiers
_KEPT_WORDS = 20_000
_LONG = 7  # letters; two slips in a shorter word leave too little of it
_RARER, _COMMON = 8, 250  # a known word is a slip of one that is so much more frequent


class Spelling:
    """Words by a vocabulary of lower-case words; what it does not know and cannot mend stays as it is."""

    def __init__(self, known: Mapping[str, int]) -> None:
        """``known``: lower-case words, each with its rank by how frequent it is."""
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
        near = min((one for one in _neighbours(word) if one in self._known), key=self._known.__getitem__, default=None)
        if near is None and word not in self._known and len(word) >= _LONG:
            twice = {one for first in _neighbours(word) for one in _neighbours(first) if one in self._known}
            near = min(twice, key=self._known.__getitem__, default=None)
        own = self._known.get(word)
        if near is None or (own is not None and own <= _RARER * (self._known[near] + _COMMON)):
            return None
        return self._meant(near) or near


def _neighbours(word: str) -> list[str]:
    """The word with two letters exchanged, then with one of two equal letters left out."""
    pairs = [(index, word[index], word[index + 1]) for index in range(len(word) - 1)]
    swapped = [word[:i] + second + first + word[i + 2 :] for i, first, second in pairs if first != second]
    return swapped + [word[:i] + word[i + 1 :] for i, first, second in pairs if first == second]
