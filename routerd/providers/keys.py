"""Each provider's key, asked for once and off the event loop; a key is never shown, only its fingerprint."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from routerd.domain.errors import KeyUnavailable
from routerd.domain.settings import KeySource, ProviderSettings

KeyOf = Callable[[ProviderSettings], str | None]
"""The key of a provider, or ``None``. May raise KeyUnavailable, and may take seconds (a password manager)."""


HeadersOf = Callable[[ProviderSettings], Mapping[str, str]]
"""The headers of a provider with their values; as ``KeyOf``."""

_Source = tuple[str, KeySource | None, tuple[tuple[str, str | KeySource], ...]]


@dataclass(frozen=True, slots=True)
class ProviderKey:
    """A key, or why there is none. ``name`` is what its health is kept under: a new key has a clean slate."""

    value: str | None
    name: str
    problem: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    """The provider's own headers, with the values that their sources gave."""

    def __repr__(self) -> str:
        return f"Key({self.name})"


class KeyCache:
    """The keys that were asked for so far; outlives a reload, as a password manager may ask its owner each time."""

    def __init__(self, key_of: KeyOf, headers_of: HeadersOf | None = None) -> None:
        self._key_of, self._headers_of = key_of, headers_of
        self._known: dict[_Source, ProviderKey] = {}

    def known(self, provider: ProviderSettings) -> ProviderKey | None:
        """The key, where this source was asked for it before."""
        return self._known.get(_source(provider))

    async def get(self, provider: ProviderSettings) -> ProviderKey:
        """The key. One that is missing or broken is asked for anew the next time."""
        known = self.known(provider)
        if known is None:
            known = await asyncio.to_thread(self._read, provider)
            if known.problem is None:
                self._known[_source(provider)] = known
        return known

    def forget(self, provider: ProviderSettings) -> None:
        """The provider refused it: ask the source again before the next call."""
        self._known.pop(_source(provider), None)

    def _read(self, provider: ProviderSettings) -> ProviderKey:
        try:
            value = self._key_of(provider)
            headers = tuple((self._headers_of(provider) if self._headers_of else {}).items())
        except KeyUnavailable as missing:
            return ProviderKey(None, provider.name, str(missing))
        unsendable = next((name for name, text in headers if not (text.isascii() and text.isprintable())), None)
        if unsendable is not None:
            return ProviderKey(
                None, provider.name, f"the value of {provider.name}'s header {unsendable} is no header's"
            )
        secrets = "".join(f"\n{name}: {text}" for name, text in headers)
        if not value:
            problem = f"{provider.key} holds no key" if provider.key else None
            return ProviderKey(None, f"{provider.name}#{_fingerprint(secrets)}", problem, headers)
        if not (value.isascii() and value.isprintable()):
            return ProviderKey(None, provider.name, f"{provider.key} holds no key but some other text")
        return ProviderKey(value, f"{provider.name}#{_fingerprint(value + secrets)}", headers=headers)


def _source(provider: ProviderSettings) -> _Source:
    return (provider.name, provider.key, tuple(provider.headers.items()))


def _fingerprint(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()[:12] if secret else ""
