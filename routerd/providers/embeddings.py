"""One embedding model at one provider, asked in batches; its failures are sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from routerd.domain.errors import KeyUnavailable, UpstreamError
from routerd.domain.settings import ProviderSettings
from routerd.providers.client import EmbeddingsClient
from routerd.providers.failure import ProviderFaultError
from routerd.providers.keys import ProviderKey

BATCH = 128
"""Texts per request; OpenAI allows 2,048 and local servers fewer."""


class Embeddings:
    """One embedding model at one provider; blocking, so not for the event loop. Connects at the first use."""

    def __init__(
        self, provider: ProviderSettings, model: str, key_of: Callable[[ProviderSettings], ProviderKey]
    ) -> None:
        self._provider, self._model, self._key_of = provider, model, key_of
        self._client: EmbeddingsClient | None = None

    def __call__(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector for each text. Raises UpstreamError, and KeyUnavailable."""
        if self._client is None:
            key = self._key_of(self._provider)
            if key.problem is not None:
                raise KeyUnavailable(key.problem)
            self._client = EmbeddingsClient(self._provider.base_url, key.value, dict(key.headers))
        # Most endpoints reject an empty text; a space has no meaning either.
        sent = [text or " " for text in texts]
        try:
            return [
                vector
                for start in range(0, len(sent), BATCH)
                for vector in self._client.embed(self._model, sent[start : start + BATCH])
            ]
        except ProviderFaultError as raised:
            fault = raised.fault
            if fault.status in (401, 403):
                self._client = None  # the key may have been replaced
            said = f"answered {fault.status}" if fault.status else fault.message or "gave no answer"
            raise UpstreamError(f"{self._provider.name} {said}") from None
