"""The key of each provider, read once and off the event loop; a key is never shown, only its fingerprint."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from routerd.domain.errors import KeyUnavailable
from routerd.domain.key_source import KeySource
from routerd.domain.model import ModelRef
from routerd.domain.settings import ProviderSettings

KeyOf = Callable[[ProviderSettings], str | None]
"""The key of a provider, or ``None``. May raise KeyUnavailable, and may take seconds (a password manager)."""


HeadersOf = Callable[[ProviderSettings], Mapping[str, str]]
"""The headers of a provider with their values; as ``KeyOf``."""
Headers = tuple[tuple[str, str], ...]
"""Names and values of headers."""

_Source = tuple[str, str, KeySource | None, tuple[tuple[str, str | KeySource], ...]]


@dataclass(frozen=True, slots=True)
class ProviderKey:
    """A key, or why there is none.

    ``name`` is the account at the provider, ``provider#hash`` of address, key and headers: what its health, its limits
    and its quota are kept under, so that a new key or another session's has a clean slate.
    """

    value: str | None
    name: str
    problem: str | None = None
    headers: Headers = ()
    """The provider's own headers, with the values that their sources gave."""
    sent_as: Headers = ()
    """The headers that hold a client's own key; without them it is sent as the provider's API has it."""

    def __repr__(self) -> str:
        return f"Key({self.name})"

    def secrets(self, provider: ProviderSettings) -> tuple[str, ...]:
        """What nobody may read, the longest first: the key, and the header values that were read from a source."""
        read = (value for name, value in self.headers if not isinstance(provider.headers.get(name), str))
        return tuple(sorted(filter(None, (self.value, *read)), key=len, reverse=True))


def account(provider: ProviderSettings, value: str | None, headers: Headers = ()) -> str:
    """The name of an account: a provider, and a hash of its address, the key and its own headers."""
    told = "".join(f"\n{name}: {text}" for name, text in headers)
    digest = hashlib.sha256(f"{provider.base_url}\n{value or ''}{told}".encode()).hexdigest()
    return f"{provider.name}#{digest[:12]}"


def deployment(model: ModelRef, provider: ProviderSettings, key: ProviderKey | None) -> str:
    """What the health and the quota of a model are kept under: the model in an account, ``provider/model#hash``."""
    name = key.name if key else account(provider, None)
    return f"{model}#{name.partition('#')[2]}"


def provider_key(provider: ProviderSettings, value: str, headers: Headers = ()) -> ProviderKey:
    """A key as it is sent, or why it cannot be one."""
    if not (value.isascii() and value.isprintable()):
        return ProviderKey(None, provider.name, f"{provider.key} holds no key but some other text")
    return ProviderKey(value, account(provider, value, headers), headers=headers)


class ProviderKeys(Protocol):
    """Where an engine has its keys from."""

    def known(self, provider: ProviderSettings) -> ProviderKey | None:
        """The key, where that needs no waiting."""

    async def get(self, provider: ProviderSettings) -> ProviderKey:
        """The key, or why there is none."""

    def forget(self, provider: ProviderSettings) -> None:
        """The provider refused it: the source is asked again before the next call."""


class KeyCache:
    """The keys that were read; outlives a reload, as a password manager may prompt for each read."""

    def __init__(self, key_of: KeyOf, headers_of: HeadersOf | None = None) -> None:
        self._key_of, self._headers_of = key_of, headers_of
        self._known: dict[_Source, ProviderKey] = {}

    def known(self, provider: ProviderSettings) -> ProviderKey | None:
        """The key, where this source was asked for it before."""
        known = self._known.get(_source(provider))
        if known is None and _in_memory(provider):
            known = self._keep(provider, self.read(provider))  # nobody has to wait for it
        return known if known is None or known.problem is None else None

    async def get(self, provider: ProviderSettings) -> ProviderKey:
        """The key. A missing or broken one is read again the next time."""
        known = self.known(provider)
        if known is None:
            known = self._keep(provider, await asyncio.to_thread(self.read, provider))
        return known

    def forget(self, provider: ProviderSettings) -> None:
        """The provider refused it: ask the source again before the next call."""
        self._known.pop(_source(provider), None)

    def _keep(self, provider: ProviderSettings, key: ProviderKey) -> ProviderKey:
        if key.problem is None:
            self._known[_source(provider)] = key
        return key

    def read(self, provider: ProviderSettings) -> ProviderKey:
        """The key and the headers from their sources, whatever is kept of them; blocks as long as these take."""
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
        if not value:
            problem = f"{provider.key} holds no key" if provider.key else None
            return ProviderKey(None, account(provider, None, headers), problem, headers)
        return provider_key(provider, value, headers)


def _source(provider: ProviderSettings) -> _Source:
    return provider.name, provider.base_url, provider.key, tuple(provider.headers.items())


def _in_memory(provider: ProviderSettings) -> bool:
    """Whether the key and the values of all headers are in the environment or the configuration."""
    sources = [value for value in provider.headers.values() if not isinstance(value, str)]
    return provider.key is not None and all(source.env for source in (provider.key, *sources))
