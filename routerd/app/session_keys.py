"""The keys of one session: those that its editor handed over, in memory only, above the configured sources."""

from __future__ import annotations

from collections.abc import Mapping

from routerd.adapters.config import KeyReader
from routerd.domain.settings import ProviderSettings, Settings
from routerd.providers import KeyCache
from routerd.providers.keys import ProviderKey, provider_key


class SessionKeys:
    """The ProviderKeys of one session. What other editors handed over is never seen here."""

    def __init__(self, reader: KeyReader, configured: KeyCache) -> None:
        """``configured`` may be shared with sessions that have the same environment."""
        self._reader = reader
        self._configured = configured
        self._handed: dict[str, str] = {}
        self._own = KeyCache(self.read, reader.headers)
        """The handed keys of providers whose own headers have to be read too."""

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment of the session's editor."""
        return self._reader.environ

    def hand(self, provider: str, key: str | None) -> None:
        """Take a key that the editor keeps; ``None`` or blank takes it back."""
        self._own = KeyCache(self.read, self._reader.headers)
        if key and key.strip():
            self._handed[provider] = key.strip()
        else:
            self._handed.pop(provider, None)

    def available(self, settings: Settings) -> frozenset[str]:
        """Names of the providers that can be asked; nothing is run or unlocked to find out."""
        return self._reader.available(settings) | (self._handed.keys() & settings.providers.keys())

    def read(self, provider: ProviderSettings) -> str | None:
        """The key itself. Raises KeyUnavailable; takes long where a password manager asks its owner."""
        return self._handed.get(provider.name) or self._reader.key(provider)

    def read_with_headers(self, provider: ProviderSettings) -> ProviderKey:
        """The key with the provider's own headers, or why there is none; takes as long as ``read``."""
        return self._own.read(provider)

    def known(self, provider: ProviderSettings) -> ProviderKey | None:
        """As ProviderKeys says."""
        handed = self._handed.get(provider.name)
        if handed and not provider.headers:
            return provider_key(provider, handed)
        return (self._own if handed else self._configured).known(provider)

    async def get(self, provider: ProviderSettings) -> ProviderKey:
        """As ProviderKeys says."""
        handed = self._handed.get(provider.name)
        if handed and not provider.headers:
            return provider_key(provider, handed)
        return await (self._own if handed else self._configured).get(provider)

    def forget(self, provider: ProviderSettings) -> None:
        """As ProviderKeys says; a key that was handed over stays until the editor takes it back."""
        self._own.forget(provider)
        self._configured.forget(provider)
