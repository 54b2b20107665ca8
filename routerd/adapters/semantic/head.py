"""The linear head: how much each word, letter group, word pair and meaning speaks for each kind of work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from routerd.adapters.semantic.embedding import Matrix
from routerd.adapters.semantic.features import gram_buckets, pair_bucket, pairs, split, word_bucket
from routerd.domain.tier import Tier

KINDS = (
    (Tier.SPEED, "ask"),
    (Tier.UTILITY, "ask"),
    (Tier.UTILITY, "test"),
    (Tier.UTILITY, "document"),
    (Tier.LOGIC, "ask"),
    (Tier.LOGIC, "review"),
    (Tier.ARCHITECT, "ask"),
    (Tier.ARCHITECT, "design"),
)
"""What the head tells apart; a tier's probability is the sum over its kinds."""

_CACHED_WORDS = 20_000


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the fit learnt about its own certainty, out of fold."""

    temperature: float
    """Divides the evidence, so that probabilities are as often right as they say."""
    confident_margin: float
    """From this lead over the second tier on, the answer counts as confident."""


class Head:
    """Evidence for each of `KINDS`, from shipped weights."""

    def __init__(self, folder: Path) -> None:
        with np.load(folder / "head.npz") as arrays:
            self._bias = arrays["bias"]
            self._meaning = arrays["meaning"]
            self._rows = arrays["rows"]
            self.calibration = Calibration(*(float(number) for number in arrays["calibration"]))
        self._word = lru_cache(_CACHED_WORDS)(self._word_evidence)
        self._pair = lru_cache(_CACHED_WORDS)(pair_bucket)

    def of_words(self, texts: Sequence[str]) -> Matrix:
        """The part that the spelling decides: one row of evidence for each text."""
        evidence: Matrix = np.stack([self._spelling(split(text)) for text in texts]) + self._bias
        return evidence

    def of_meaning(self, embedded: Matrix) -> Matrix:
        """The part that the shipped embedding decides."""
        evidence: Matrix = embedded @ self._meaning
        return evidence

    def _spelling(self, words: list[str]) -> Matrix:
        """Three voices: words, letter groups and pairs, each scaled to length 1."""
        if not words:
            return np.zeros(len(KINDS), dtype=np.float32)
        distinct = [self._word(word) for word in dict.fromkeys(words)]
        summed = np.add.reduce(np.concatenate(distinct).reshape(len(distinct), -1))
        by_word, by_gram, grams = summed[: len(KINDS)], summed[len(KINDS) : -1], summed[-1]
        buckets = list({self._pair(*pair) for pair in pairs(words)})
        by_pair = np.add.reduce(self._rows.take(buckets, axis=0), dtype=np.float32)
        evidence: Matrix = by_word / len(distinct) ** 0.5 + by_gram / grams**0.5 + by_pair / len(buckets) ** 0.5
        return evidence

    def _word_evidence(self, word: str) -> Matrix:
        """The evidence of the word, that of its letter groups, and their number, side by side."""
        grams = gram_buckets(word)
        by_gram = self._rows[grams].sum(axis=0, dtype=np.float32)
        return np.concatenate((self._rows[word_bucket(word)], by_gram, [len(grams)])).astype(np.float32)
