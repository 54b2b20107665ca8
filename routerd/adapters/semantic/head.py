"""The linear head: how much each word, letter group, word pair, form and meaning speaks for each kind of work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from routerd.adapters.semantic.embedding import Matrix
from routerd.adapters.semantic.features import form_bucket, gram_buckets, pair_buckets, split, word_bucket
from routerd.adapters.semantic.form import form_of
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

_CACHED_WORDS = 20_000  # developers' words repeat; about 4 MB when full


@dataclass(frozen=True, slots=True)
class ConfidenceCalibration:
    """What the fit measured of its own certainty, out of fold."""

    temperature: float
    """Divides the evidence, so that probabilities are as often right as they say."""
    confident_margin: float
    """From this lead over the second tier on, the answer counts as confident."""


class Head:
    """Evidence for each of `KINDS`, from shipped weights."""

    def __init__(self, weights: Path) -> None:
        with np.load(weights) as arrays:
            self._bias = arrays["bias"]
            self._meaning = arrays["meaning"]
            self._rows = arrays["rows"].astype(np.float32)  # 1 MB more, and each sum of rows twice as fast
            self.calibration = ConfidenceCalibration(*(float(number) for number in arrays["calibration"]))
        self._words: dict[str, Matrix] = {}  # only grows; a full one is left to those who still read it

    def warm(self, texts: Iterable[str]) -> None:
        """Learns the evidence of the words of `texts`, so that a request meets few for the first time."""
        self._evidence(list({word for text in texts for word in split(text)}))

    def of_words(self, texts: Sequence[str]) -> Matrix:
        """The part that the spelling decides: one row of evidence for each text."""
        evidence = np.empty((len(texts), len(KINDS)), dtype=np.float32)
        for row, text in enumerate(texts):
            evidence[row] = self._spelling(split(text))
        evidence += self._bias
        return evidence

    def of_meaning(self, embedded: Matrix) -> Matrix:
        """The part that the shipped embedding decides."""
        evidence: Matrix = embedded @ self._meaning
        return evidence

    def _spelling(self, words: list[str]) -> Matrix:
        """Four voices: words, letter groups, pairs and the form, each scaled to length 1."""
        if not words:
            return np.zeros(len(KINDS), dtype=np.float32)
        distinct = self._evidence(list(dict.fromkeys(words)))
        summed = np.add.reduce(distinct)
        by_word, by_gram, grams = summed[: len(KINDS)], summed[len(KINDS) : -1], summed[-1]
        buckets = pair_buckets(words)
        by_pair = np.add.reduce(self._rows.take(buckets, axis=0))
        forms = [form_bucket(name) for name in form_of(words)]
        by_form = np.add.reduce(self._rows.take(forms, axis=0)) / len(forms) ** 0.5
        evidence: Matrix = (
            by_word / len(distinct) ** 0.5 + by_gram / grams**0.5 + by_pair / len(buckets) ** 0.5 + by_form
        )
        return evidence

    def _evidence(self, words: list[str]) -> Matrix:
        """One row for each word: its evidence, that of its letter groups, and their number, side by side."""
        cached = self._words
        new = [word for word in words if word not in cached]
        if new:
            if len(cached) + len(new) > _CACHED_WORDS:
                self._words = cached = {word: cached[word] for word in words if word in cached}
            cached.update(zip(new, self._measured(new), strict=True))
        return np.concatenate([cached[word] for word in words]).reshape(len(words), -1)

    def _measured(self, words: list[str]) -> Matrix:
        """As `_evidence`; all words at once, because a call of numpy costs more than a word."""
        grams = [gram_buckets(word) for word in words]
        counts = np.array([len(found) for found in grams])
        by_gram = np.add.reduceat(
            self._rows.take([bucket for found in grams for bucket in found], axis=0),
            np.cumsum(counts) - counts,
        )
        by_word = self._rows.take([word_bucket(word) for word in words], axis=0)
        return np.concatenate((by_word, by_gram, counts[:, None]), axis=1, dtype=np.float32)
