"""Anthropic's message batches: the requests go along inline, and the results are one file in any order.

platform.claude.com/docs, "Message Batches". There is no place for a name of our own and no key against doubles, so
that a batch whose making broke off is known by its time and its number of requests.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import datetime
from typing import Any

from routerd.domain.batch_service import JobState, JobView
from routerd.providers.batches.api import (
    LISTED,
    UPLOAD_S,
    Request,
    ResultLine,
    asked,
    count,
    listed,
    named,
    read_lines,
    read_object,
    words_of,
)
from routerd.providers.client import ProviderClient
from routerd.providers.failure import FaultKind, ProviderFault, ProviderFaultError
from routerd.providers.retry_after import retry_after

_PATH = "/messages/batches"
_STATES = {"in_progress": JobState.RUNNING, "canceling": JobState.RUNNING, "ended": JobState.ENDED}
_COUNTS = ("processing", "succeeded", "errored", "canceled", "expired")
_SKEW_S = 300.0
"""Seconds by which two clocks may differ."""


class MessageBatches:
    """``/messages/batches`` below the provider's address."""

    async def create(self, client: ProviderClient, requests: Sequence[Request], label: str, wall: float) -> str:
        """As BatchApi says."""
        body = {"requests": [{"custom_id": name, "params": dict(params)} for name, params in requests]}
        try:
            async with asyncio.timeout(UPLOAD_S):
                made, _ = await read_object(await client.request("post", _PATH, wall, body))
        except TimeoutError:
            raise ProviderFaultError(ProviderFault(FaultKind.SILENT, message="Request timed out")) from None
        return named(made, "batch")

    async def look(self, client: ProviderClient, job: str, wall: float) -> JobView:
        """As BatchApi says."""
        body, headers = await asked(client, "get", f"{_PATH}/{job}", wall)
        said = body.get("processing_status")
        state = _STATES.get(said) if isinstance(said, str) else None
        if not isinstance(said, str) or state is None:
            message = f"a batch in the unknown state “{str(said)[:40]}”"
            raise ProviderFaultError(ProviderFault(FaultKind.NO_API, message=message))
        counts = body.get("request_counts")
        return JobView(state, said, count(counts, "succeeded"), _total(body), retry_after_s=retry_after(headers, wall))

    async def results(self, client: ProviderClient, job: str, wall: float) -> AsyncGenerator[ResultLine]:
        """As BatchApi says. The address of the results in the answer is not followed: the key goes to nobody else."""
        async for line in read_lines(client, f"{_PATH}/{job}/results", wall):
            yield _line(line)

    async def cancel(self, client: ProviderClient, job: str, wall: float) -> None:
        """As BatchApi says."""
        await asked(client, "post", f"{_PATH}/{job}/cancel", wall)

    async def find(self, client: ProviderClient, label: str, count: int, since: float, wall: float) -> tuple[str, ...]:
        """As BatchApi says."""
        body, _ = await asked(client, "get", f"{_PATH}?limit={LISTED}", wall)
        like = [one for one in listed(body) if _total(one) == count and _made(one) >= since - _SKEW_S]
        return tuple(named(one, "batch") for one in like)


def _total(body: Mapping[str, Any]) -> int | None:
    counts = [count(body.get("request_counts"), name) for name in _COUNTS]
    known = [number for number in counts if number is not None]
    return sum(known) if len(known) == len(counts) else None


def _made(body: Mapping[str, Any]) -> float:
    """When it was made, in Unix seconds; zero where that cannot be read."""
    at = body.get("created_at")
    try:
        return datetime.fromisoformat(at).timestamp() if isinstance(at, str) else 0.0
    except ValueError:
        return 0.0


def _line(said: Mapping[str, Any] | None) -> ResultLine:
    """One line; what cannot be read has no id."""
    custom_id = said.get("custom_id") if said is not None else None
    result = said.get("result") if said is not None else None
    if not isinstance(custom_id, str) or not isinstance(result, Mapping):
        return ResultLine(custom_id if isinstance(custom_id, str) else "", reason="a line that cannot be read")
    match result.get("type"):
        case "succeeded" if isinstance(result.get("message"), Mapping):
            return ResultLine(custom_id, result["message"])
        case "errored":
            return ResultLine(custom_id, reason=words_of(result.get("error")) or "an error")
        case "expired":
            return ResultLine(custom_id, reason="the batch expired before it was asked", again=True)
        case "canceled":
            return ResultLine(custom_id, reason="the batch was cancelled before it was asked", again=True)
        case other:
            return ResultLine(custom_id, reason=f"a result of the unknown kind “{str(other)[:40]}”")
