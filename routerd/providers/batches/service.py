"""The BatchService port over the two batch APIs: requests as bodies, answers as attempts with their bill."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from typing import Any

from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.batch_service import Asked, BatchedRequest, BatchedResult, JobView, NoSuchBatch, NotKnownIfTaken
from routerd.domain.dialect_name import DialectName
from routerd.domain.errors import Unauthorized, UpstreamError
from routerd.domain.model import ModelRef
from routerd.domain.money import Price
from routerd.domain.ports import Counter
from routerd.domain.settings import Limits, ProviderSettings
from routerd.domain.tier import Tier
from routerd.providers.batches.api import BatchApi, ResultLine
from routerd.providers.batches.files_and_batches import FilesAndBatches
from routerd.providers.batches.message_batches import MessageBatches
from routerd.providers.classify import classify
from routerd.providers.client import ProviderClient
from routerd.providers.draft import Draft
from routerd.providers.failure import TABLE, FaultKind, ProviderFaultError
from routerd.providers.keys import ProviderKey, ProviderKeys
from routerd.providers.messages import failure_message
from routerd.providers.messages_dialect import dialect_of
from routerd.providers.metering import UsageMeter
from routerd.providers.provider_state import Clock, ProviderState
from routerd.providers.refused_fields import RefusedFields

PART_REQUESTS = 5_000
"""Requests in one batch: a tenth of what OpenAI takes, so that a part is small in memory too."""
PART_BYTES = 32 << 20
"""Of the bodies in one batch; OpenAI takes 200 MB, Anthropic 256."""
_STREAMING = ("stream", "stream_options")
_UNSENT = (FaultKind.UNREACHABLE, FaultKind.STATUS)
_APIS: Mapping[DialectName, BatchApi] = {DialectName.CHAT: FilesAndBatches(), DialectName.MESSAGES: MessageBatches()}


@dataclass(frozen=True, slots=True)
class ProviderBatches:
    """The batch services of the providers of one snapshot of the configuration."""

    providers: Mapping[str, ProviderSettings]
    keys: ProviderKeys
    price: Callable[[ModelRef], Price | None]
    """What the batch service charges."""
    counter: Counter
    limits: Limits
    clock: Clock
    provider_state: ProviderState
    refused_fields: RefusedFields
    part_requests: int = PART_REQUESTS
    part_bytes: int = PART_BYTES

    def offered(self, model: ModelRef) -> bool:
        """As the port says."""
        provider = self.providers.get(model.provider)
        return provider is not None and provider.batch and provider.dialect in _APIS

    def size(self, model: ModelRef, request: BatchedRequest) -> int:
        """As the port says."""
        return len(json.dumps(self._body(model, request)))

    async def submit(self, model: ModelRef, requests: Sequence[BatchedRequest], label: str) -> str:
        """As the port says."""
        account = await self._account(model)
        bodies = [(request.custom_id, self._body(model, request)) for request in requests]
        with account.told(taken=True):
            return await account.api.create(account.client, bodies, label, self.clock.wall())

    async def find(self, model: ModelRef, label: str, count: int, since: float) -> tuple[str, ...]:
        """As the port says."""
        account = await self._account(model)
        with account.told():
            return await account.api.find(account.client, label, count, since, self.clock.wall())

    async def look(self, model: ModelRef, job: str) -> JobView:
        """As the port says."""
        account = await self._account(model)
        with account.told():
            return await account.api.look(account.client, job, self.clock.wall())

    async def cancel(self, model: ModelRef, job: str) -> None:
        """As the port says."""
        account = await self._account(model)
        with account.told():
            await account.api.cancel(account.client, job, self.clock.wall())

    async def results(self, model: ModelRef, job: str, asked: Mapping[str, Asked]) -> AsyncGenerator[BatchedResult]:
        """As the port says."""
        account = await self._account(model)
        with account.told():
            async with aclosing(account.api.results(account.client, job, self.clock.wall())) as lines:
                async for line in lines:
                    yield self._result(model, account, line, asked.get(line.custom_id, (Tier.UTILITY, 0)))

    async def _account(self, model: ModelRef) -> _Account:
        provider = self.providers.get(model.provider)
        if provider is None or not self.offered(model):
            raise UpstreamError(f"{model.provider} has no batch service that routerd knows.")
        key = await self.keys.get(provider)
        if key.problem is not None:
            raise Unauthorized(f"{model.provider}: {key.problem}.")
        client = self.provider_state.client(provider, key)
        return _Account(_APIS[provider.dialect], client, provider, key, self.limits)

    def _body(self, model: ModelRef, request: BatchedRequest) -> dict[str, Any]:
        """The body of one request, as it is sent alone but for the stream."""
        provider = self.providers[model.provider]
        quirks = self.refused_fields.quirks(model, provider)
        body = dialect_of(provider.dialect).body(model.model, request.prompt, quirks, request.max_output)
        return {name: value for name, value in body.items() if name not in _STREAMING}

    def _result(self, model: ModelRef, account: _Account, line: ResultLine, asked: Asked) -> BatchedResult:
        if line.answer is None:
            return BatchedResult(line.custom_id, reason=account.plain(line.reason), again=line.again)
        (tier, counted), draft = asked, Draft()
        draft.sent = True
        status, reason = AttemptStatus.OK, ""
        try:
            draft.whole(json.dumps(line.answer).encode(), account.client.dialect.whole)
            draft.commit(must_be_done=False)
        except ProviderFaultError as error:
            failure = classify(error.fault)
            status, reason = TABLE[failure].status, account.words(error)
        billed = UsageMeter(self.price, self.counter).bill(model, draft, counted)
        attempt = Attempt(
            model, tier, status, billed.usage, billed.cost, 0, reason or None, usage_estimated=billed.estimated
        )
        return BatchedResult(line.custom_id, draft.text, attempt, reason)


@dataclass(frozen=True, slots=True)
class _Account:
    """One account at one provider, with the API of its batch service."""

    api: BatchApi
    client: ProviderClient
    provider: ProviderSettings
    key: ProviderKey
    limits: Limits

    @contextmanager
    def told(self, *, taken: bool = False) -> Iterator[None]:
        """Faults as sentences. ``taken``: a request that may have been taken although its answer did not come."""
        try:
            yield
        except ProviderFaultError as error:
            sentence = f"{self.provider.name}: {self.words(error)}."
            fault = error.fault
            if taken and (fault.sign not in _UNSENT or fault.status >= 500):
                raise NotKnownIfTaken(sentence) from None
            if fault.status == 404:
                raise NoSuchBatch(sentence) from None
            raise UpstreamError(sentence) from None

    def words(self, error: ProviderFaultError) -> str:
        """What went wrong, without any secret."""
        return failure_message(error.fault, classify(error.fault), self.provider, self.key, self.limits).rstrip(".")

    def plain(self, reason: str) -> str:
        """The provider's own words on one line, bounded and without any secret."""
        for secret in self.key.secrets(self.provider):
            reason = reason.replace(secret, "…")
        return " ".join(reason.split())[:300].rstrip(".")
