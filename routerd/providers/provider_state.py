"""What is under way at each provider: limits, learnt gauges and kept connections; outlives a reload."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from routerd.domain.model import ModelRef
from routerd.domain.settings import ProviderSettings
from routerd.providers.client import ProviderClient
from routerd.providers.keys import ProviderKey
from routerd.providers.limiter import Limiter
from routerd.providers.quota import Quota


@dataclass(slots=True)
class ProviderState:
    """One for the life of a daemon, shared by the engines of all its snapshots."""

    _limiters: dict[str, Limiter] = field(default_factory=dict)
    _quota: dict[ModelRef, Quota] = field(default_factory=dict)
    _clients: dict[tuple[str, str | None, tuple[tuple[str, str], ...]], ProviderClient] = field(default_factory=dict)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def limiter(self, provider: ProviderSettings) -> Limiter:
        """The provider's limiter, with the limits as this snapshot sets them.

        Limits are written per provider and so hold over all its models.
        """
        limiter = self._limiters.setdefault(provider.name, Limiter())
        limiter.rpm, limiter.tpm = provider.rpm, provider.tpm
        limiter.max_concurrency = provider.max_concurrency
        return limiter

    def quota(self, model: ModelRef) -> Quota:
        """What the deployment's headers told."""
        return self._quota.setdefault(model, Quota())

    def client(self, provider: ProviderSettings, key: ProviderKey) -> ProviderClient:
        """A client with its connections, made once for each address, key and set of headers."""
        name = (provider.base_url, key.value, key.headers)
        if name not in self._clients:
            self._clients[name] = ProviderClient(provider.base_url, key.value, dict(key.headers))
        return self._clients[name]

    def tell(self) -> None:
        """A call ended: whoever waits looks again."""
        self._news.set()
        self._news = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Until then, or until a call ends."""
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            pass

    async def close(self) -> None:
        """Close all connections; for the end of the daemon."""
        clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            await client.close()
