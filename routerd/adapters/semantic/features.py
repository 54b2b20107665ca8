"""Cuts an instruction into words and hashed letter groups; the fit script and the classifier share it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from zlib import crc32

BUCKETS = 1 << 16  # rows of the weight table; twice as many gained nothing in tests/bench/routing
GRAM_SIZES = (3, 4, 5)  # letters; they catch typos, endings and related languages
DENSE_GRAM_SIZES = (1, 2, 3)  # where one sign is a syllable or a word, and no space parts the words
_DENSE_FROM = "\u3040"  # kana, ideographs and hangul are above it

_WORD = re.compile(r"[^\W\d_]+(?:'[a-z]+)?|\d+|\?")


def split(text: str) -> list[str]:
    """The lower-case words, numbers and question marks of `text`, in order."""
    return _WORD.findall(text.lower())


def word_bucket(word: str) -> int:
    """The row of a whole word."""
    return _bucket(f"w:{word}")


def pair_bucket(first: str, second: str) -> int:
    """The row of two neighbouring words."""
    return _bucket(f"{first}_{second}")


def gram_buckets(word: str) -> list[int]:
    """The rows of the letter groups of `word`, whose ends are marked; one for each place they stand at."""
    marked = f"<{word}>"
    return [
        _bucket(marked[start : start + size])
        for size in (DENSE_GRAM_SIZES if word[0] >= _DENSE_FROM else GRAM_SIZES)
        for start in range(len(marked) - size + 1)
    ]


def pairs(words: list[str]) -> Iterator[tuple[str, str]]:
    """Neighbouring words, with the beginning and the end as neighbours too."""
    return zip(["^", *words], [*words, "$"], strict=True)


def _bucket(feature: str) -> int:
    return crc32(feature.encode()) % BUCKETS
