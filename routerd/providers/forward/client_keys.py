"""The key of one request: the client's own for the one provider that it is meant for, else the configured one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from routerd.domain.forwarded import ForwardedRequest, key_in
from routerd.domain.quote import Candidate
from routerd.domain.settings import ProviderSettings
from routerd.providers.keys import Headers, ProviderKey, ProviderKeys, provider_key


def provider_of_own_key(
    request: ForwardedRequest, candidate: Candidate, providers: Mapping[str, ProviderSettings]
) -> str | None:
    """The provider that the client's own key goes to: the first with ``pass_through`` that offers the client's API.

    Only one: a key that a failover sends to a second provider is known to both. Never one that is asked in another
    API: a key for Anthropic is none for OpenAI.
    """
    if not request.own_key:
        return None
    listed = (providers[model.provider] for model in candidate.models if model.provider in providers)
    return next(
        (one.name for one in listed if one.pass_through and request.endpoint.dialect in one.dialects),
        None,
    )


@dataclass(frozen=True, slots=True)
class ClientKeys:
    """The ``ProviderKeys`` of one request with a key of the client's own, which is kept nowhere else.

    It is an account of its own: when it is refused or limited, the configured key's health and limits stay as they are.
    """

    configured: ProviderKeys
    provider: str
    """Whom the client's key goes to."""
    sent_as: Headers
    """The headers that hold it."""

    def known(self, provider: ProviderSettings) -> ProviderKey | None:
        """As the port says."""
        if provider.name != self.provider:
            return self.configured.known(provider)
        known = self.configured.known(_without_key(provider))
        return known if known is None else self._own(provider, known)

    async def get(self, provider: ProviderSettings) -> ProviderKey:
        """As the port says."""
        if provider.name != self.provider:
            return await self.configured.get(provider)
        return self._own(provider, await self.configured.get(_without_key(provider)))

    def forget(self, provider: ProviderSettings) -> None:
        """As the port says; the client's own is not remembered."""
        if provider.name != self.provider:
            self.configured.forget(provider)

    def _own(self, provider: ProviderSettings, known: ProviderKey) -> ProviderKey:
        if known.problem is not None:
            return known  # of the provider's own headers
        own = provider_key(provider, key_in(self.sent_as[0][1]), known.headers)
        return own if own.problem is not None else replace(own, sent_as=self.sent_as)


def _without_key(provider: ProviderSettings) -> ProviderSettings:
    return replace(provider, key=None)
