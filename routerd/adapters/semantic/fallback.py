"""Classifies with the user's own embedding; where that gives none, the shipped one answers and says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from time import monotonic

from routerd.adapters.semantic.classifier import SemanticClassifier
from routerd.domain.classification import Classification
from routerd.domain.errors import RouterdError

REST_S = 60.0
"""After a failure so long without another try: a dead endpoint costs its timeout each time."""
_REMEMBERED = 64
"""Answers: an action asks for its words off the event loop first, and then finds them here."""


class FallbackClassifier:
    """The Classifier port over two embeddings; safe to share between threads."""

    def __init__(
        self,
        own: SemanticClassifier,
        shipped: SemanticClassifier,
        name: str,
        clock_s: Callable[[], float] = monotonic,
    ) -> None:
        """``name`` is what a person is told that failed."""
        self._own, self._shipped, self._name, self._clock_s = own, shipped, name, clock_s
        self._rests_until = float("-inf")
        self._why = ""
        self._answers: dict[str, Classification] = {}

    def load(self) -> None:
        """Reads, or fetches, everything that answers need."""
        self._shipped.load()
        self.classify_many([""])

    def classify(self, text: str) -> Classification:
        """What `text` asks for."""
        known = self._answers.get(text)
        if known is None:
            known = self.classify_many([text])[0]
            if len(self._answers) >= _REMEMBERED:
                self._answers.clear()
            if known.caveat is None:
                self._answers[text] = known
        return known

    def classify_many(self, texts: Sequence[str]) -> list[Classification]:
        """One answer for each text; those of the shipped embedding carry a caveat."""
        if self._clock_s() >= self._rests_until:
            try:
                return self._own.classify_many(texts)
            except Exception as fault:  # whatever a user's model or endpoint raises must not stop an action
                self._rests_until = self._clock_s() + REST_S
                self._why = str(fault) if isinstance(fault, RouterdError) else f"{type(fault).__name__}: {fault}"
        caveat = f"the embedding {self._name} failed ({self._why.rstrip('.')}), so the built-in one decided"
        return [replace(answer, caveat=caveat) for answer in self._shipped.classify_many(texts)]
