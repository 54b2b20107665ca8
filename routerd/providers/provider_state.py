"""Limits, quotas and open connections of each provider account, shared by all sessions; outlives a reload."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from routerd.domain.dialect_name import DialectName
from routerd.domain.settings import ProviderSettings
from routerd.providers.client import ProviderClient
from routerd.providers.keys import Headers, ProviderKey, account
from routerd.providers.messages_dialect import dialect_of
from routerd.providers.quota import Limiter, Quota
from routerd.providers.signature_makers import SignatureMakers


@dataclass(frozen=True, slots=True)
class Clock:
    """The time as a parameter, monotonic and Unix seconds: ``Clock(time.monotonic, time.time)`` in the daemon."""

    monotonic: Callable[[], float]
    wall: Callable[[], float]


@dataclass(slots=True)
class ProviderState:
    """One for the life of a daemon, shared by the engines of all its sessions and snapshots."""

    makers: SignatureMakers = field(default_factory=SignatureMakers)
    _limiters: dict[str, Limiter] = field(default_factory=dict)
    _quota: dict[str, Quota] = field(default_factory=dict)
    _clients: dict[tuple[str, str | None, Headers, DialectName], ProviderClient] = field(default_factory=dict)
    _call_ended: asyncio.Event = field(default_factory=asyncio.Event)

    def limiter(self, provider: ProviderSettings, key: ProviderKey | None) -> Limiter:
        """The limiter of an account, with the limits as this snapshot sets them.

        Limits are written per provider and so hold over all its models.
        """
        limiter = self._limiters.setdefault(key.name if key else account(provider, None), Limiter())
        limiter.rpm, limiter.tpm = provider.rpm, provider.tpm
        limiter.max_concurrency = provider.max_concurrency
        return limiter

    def quota(self, deployment: str) -> Quota:
        """What the headers of a deployment said is left; by the name that ``keys.deployment`` gives it."""
        return self._quota.setdefault(deployment, Quota())

    def client(self, provider: ProviderSettings, key: ProviderKey) -> ProviderClient:
        """The client, created once for each address, key and set of headers."""
        name = (provider.base_url, key.value, key.headers, provider.dialect)
        if name not in self._clients:
            self._clients[name] = ProviderClient(
                provider.base_url, key.value, dict(key.headers), dialect_of(provider.dialect)
            )
        return self._clients[name]

    def notify(self) -> None:
        """Wake all waiting requests, as a call ended."""
        self._call_ended.set()
        self._call_ended = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Wait for so many seconds, or until a call ends."""
        try:
            async with asyncio.timeout(seconds):
                await self._call_ended.wait()
        except TimeoutError:
            pass

    async def close(self) -> None:
        """Close all connections at the end of the daemon."""
        clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            await client.close()
