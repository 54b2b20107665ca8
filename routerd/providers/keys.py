"""The key of each provider, read once and off the event loop; a key is never shown, only its fingerprint."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from routerd.domain.errors import KeyUnavailable
from routerd.domain.settings import KeySource, ProviderSettings

KeyOf = Callable[[ProviderSettings], str | None]
"""The key of a provider, or ``None``. May raise KeyUnavailable, and may take seconds (a password manager)."""


@dataclass(frozen=True, slots=True)
class ProviderKey:
    """A key, or why there is none. ``name`` identifies its health, so a new key starts healthy."""

    value: str | None
    name: str
    problem: str | None = None

    def __repr__(self) -> str:
        return f"Key({self.name})"


class KeyCache:
    """The keys that were read; outlives a reload, as a password manager may prompt for each read."""

    def __init__(self, key_of: KeyOf) -> None:
        self._key_of = key_of
        self._known: dict[tuple[str, KeySource | None], ProviderKey] = {}

    def known(self, provider: ProviderSettings) -> ProviderKey | None:
        """The key, where it was read from this source before."""
        return self._known.get((provider.name, provider.key))

    async def get(self, provider: ProviderSettings) -> ProviderKey:
        """The key. A missing or broken one is read again the next time."""
        known = self.known(provider)
        if known is None:
            known = await asyncio.to_thread(self._read, provider)
            if known.problem is None:
                self._known[provider.name, provider.key] = known
        return known

    def forget(self, provider: ProviderSettings) -> None:
        """Read the key again before the next call, as the provider rejected it."""
        self._known.pop((provider.name, provider.key), None)

    def _read(self, provider: ProviderSettings) -> ProviderKey:
        try:
            value = self._key_of(provider)
        except KeyUnavailable as missing:
            return ProviderKey(None, provider.name, str(missing))
        if not value:
            problem = f"{provider.key} holds no key" if provider.key else None
            return ProviderKey(None, f"{provider.name}#", problem)
        if not (value.isascii() and value.isprintable()):
            return ProviderKey(None, provider.name, f"{provider.key} holds no key but some other text")
        return ProviderKey(value, f"{provider.name}#{hashlib.sha256(value.encode()).hexdigest()[:12]}")
