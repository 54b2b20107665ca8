"""Classifiers for semantic routing, with the embedding that the settings name."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from routerd.domain.classification import Classification
from routerd.domain.ports import Classifier
from routerd.domain.settings import Embedding, ProviderSettings, Settings
from routerd.providers import Embeddings
from routerd.providers.keys import ProviderKey
from routerd.routing.words import own_words

if TYPE_CHECKING:
    from routerd.adapters.semantic import Embedder, SemanticClassifier

KeyOf = Callable[[ProviderSettings], ProviderKey]


class Classifiers:
    """Makes classifiers for settings; what was loaded or fetched for one is kept for the next with the same keys.

    Nothing is imported, read or asked before a classifier's first use: numpy alone would slow the daemon's start.
    """

    def __init__(self) -> None:
        self._own: tuple[tuple[Embedding, ProviderSettings | None, KeyOf], SemanticClassifier] | None = None

    def of(self, settings: Settings, key_of: KeyOf) -> Classifier:
        """The classifier with the user's embedding and examples."""
        return _OnFirstUse(lambda: self._made(settings, key_of))

    @cached_property
    def _shipped(self) -> SemanticClassifier:
        from routerd.adapters.semantic import SemanticClassifier  # noqa: PLC0415  # numpy, see the class

        return SemanticClassifier()

    def _made(self, settings: Settings, key_of: KeyOf) -> Classifier:
        # Before numpy: on matrices this small a second thread only waits, and takes a core from others.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        from routerd.adapters.semantic import FallbackClassifier, SemanticClassifier  # noqa: PLC0415  # as above

        written = settings.routing.examples
        examples = tuple(replace(example, text=own_words(example.text).text) for example in written)
        shipped = self._shipped.with_examples(examples)
        choice = settings.routing.embedder
        provider = settings.providers.get(choice.model.provider) if choice.model else None
        if choice.built_in or (choice.model and provider is None):
            return shipped
        if self._own is None or self._own[0] != (choice, provider, key_of):
            self._own = (choice, provider, key_of), SemanticClassifier(_embedder(choice, provider, key_of))
        return FallbackClassifier(self._own[1].with_examples(examples), shipped, str(choice))


class _OnFirstUse:
    """A Classifier that is made when it is first asked."""

    def __init__(self, make: Callable[[], Classifier]) -> None:
        self._make = make
        self._made: Classifier | None = None
        self._making = threading.Lock()

    def _real(self) -> Classifier:
        with self._making:
            self._made = self._made or self._make()
            return self._made

    def load(self) -> None:
        self._real().load()

    def classify(self, text: str) -> Classification:
        return self._real().classify(text)

    def classify_many(self, texts: Sequence[str]) -> Sequence[Classification]:
        return self._real().classify_many(texts)


def _embedder(choice: Embedding, provider: ProviderSettings | None, key_of: KeyOf) -> Embedder:
    from routerd.adapters.semantic import LocalFolderEmbedder, ServedEmbedder  # noqa: PLC0415  # numpy, as above

    if choice.model and provider:
        return ServedEmbedder(Embeddings(provider, choice.model.model, key_of))
    return LocalFolderEmbedder(Path(choice.folder or "").expanduser())
