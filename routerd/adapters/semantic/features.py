"""Cuts an instruction into words and hashed letter groups; the fit script and the classifier share it."""

from __future__ import annotations

import re
from functools import lru_cache
from zlib import crc32

BUCKETS = 1 << 16  # rows of the weight table; twice as many gained nothing in tests/bench/routing
GRAM_SIZES = (3, 4, 5)  # letters; they catch typos, endings and related languages
DENSE_GRAM_SIZES = (1, 2, 3)  # where one sign is a syllable or a word, and no space parts the words
_DENSE_FROM = "\u3040"  # kana, ideographs and hangul are above it

# The vowel signs of Indic scripts are no letters to `re`, yet stand inside words.
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0900-\u0963\u0970-\u0dff])*(?:'[a-z]+)?|\d+|\?")


def split(text: str) -> list[str]:
    """The lower-case words, numbers and question marks of `text`, in order."""
    return _WORD.findall(text.lower())


def word_bucket(word: str) -> int:
    """The row of a whole word."""
    return _bucket(f"w:{word}")


def gram_buckets(word: str) -> list[int]:
    """The rows of the letter groups of `word`, whose ends are marked; one for each place they stand at."""
    marked = f"<{word}>"
    if word.isascii():  # a slice of bytes then is the group, so that one encoding serves all
        letters = marked.encode()
        return [crc32(letters[i : i + size]) % BUCKETS for size in GRAM_SIZES for i in range(len(letters) - size + 1)]
    return [
        _bucket(marked[start : start + size])
        for size in (DENSE_GRAM_SIZES if word[0] >= _DENSE_FROM else GRAM_SIZES)
        for start in range(len(marked) - size + 1)
    ]


def pair_buckets(words: list[str]) -> list[int]:
    """The rows of neighbouring words, each once, in order; the beginning and the end are neighbours too."""
    pairs = zip(["^", *words], [*words, "$"], strict=True)
    return sorted({_bucket(f"{first}_{second}") for first, second in pairs})


@lru_cache(512)
def form_bucket(name: str) -> int:
    """The row of a form that `form_of` names."""
    return _bucket(f"form:{name}")


def _bucket(feature: str) -> int:
    return crc32(feature.encode()) % BUCKETS
