"""What the batch APIs have in common: a job as a provider describes it, and one line of its results."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Protocol

from routerd.domain.batch_service import JobView
from routerd.providers.batches.json_lines import json_lines
from routerd.providers.bounded import parsed
from routerd.providers.client import ProviderClient
from routerd.providers.failure import FaultKind, ProviderFault, ProviderFaultError
from routerd.providers.stream import Stream

_LOOK_BYTES = 1 << 22
"""Of a list of a hundred batches, which takes 100 kB."""
_RESULT_BYTES = 1 << 30
"""Of one file of results; its requests are bounded by ``PART_BYTES``."""
LOOK_S = 60.0
"""Seconds for one small request."""
UPLOAD_S = 600.0
"""Seconds for handing over a part: 32 MB at half a megabit a second."""
_PIECE_S = 120.0
"""Seconds between two pieces of a file of results."""
LISTED = 100
"""Batches in one page of a provider's list, which is the most that both allow."""


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One line of the results."""

    custom_id: str
    answer: Mapping[str, Any] | None = None
    """The body of an answer in the provider's dialect."""
    reason: str = ""
    again: bool = False
    """The request was not asked, as the batch expired or was cancelled."""


class BatchApi(Protocol):
    """One batch API. Each method raises ProviderFaultError."""

    async def create(self, client: ProviderClient, requests: Sequence[Request], label: str, wall: float) -> str:
        """Hands requests over; the id of the batch."""

    async def look(self, client: ProviderClient, job: str, wall: float) -> JobView:
        """How far a batch is."""

    def results(self, client: ProviderClient, job: str, wall: float) -> AsyncGenerator[ResultLine]:
        """The lines of all results of a batch that ended."""

    async def cancel(self, client: ProviderClient, job: str, wall: float) -> None:
        """Asks to stop a batch."""

    async def find(self, client: ProviderClient, label: str, count: int, since: float, wall: float) -> tuple[str, ...]:
        """The ids of batches that may be the one of a label."""


Request = tuple[str, Mapping[str, Any]]
"""A custom id and a body."""


async def asked(
    client: ProviderClient, method: str, path: str, wall: float, body: Mapping[str, Any] | None = None
) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    """The JSON object and the headers of a small answer."""
    try:
        async with asyncio.timeout(LOOK_S):
            return await read_object(await client.request(method, path, wall, body))
    except TimeoutError:
        raise ProviderFaultError(ProviderFault(FaultKind.SILENT, message="Request timed out")) from None


async def read_object(stream: Stream) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    """The JSON object of a whole answer, with its headers."""
    async with stream, aclosing(stream.pieces(_LOOK_BYTES)) as pieces:
        body = b"".join([piece async for piece in pieces])
    try:
        found = parsed(body.decode("utf-8-sig", "replace"))
    except ValueError:
        found = None
    if not isinstance(found, Mapping):
        raise ProviderFaultError(ProviderFault(FaultKind.NO_API, message="no JSON object"))
    return found, stream.headers


async def read_lines(client: ProviderClient, path: str, wall: float) -> AsyncGenerator[Mapping[str, Any] | None]:
    """The JSON lines of a file, as they arrive."""
    try:
        async with asyncio.timeout(LOOK_S):
            stream = await client.request("get", path, wall)
        async with stream, aclosing(_in_time(stream)) as pieces, aclosing(json_lines(pieces)) as lines:
            async for line in lines:
                yield line
    except TimeoutError:
        raise ProviderFaultError(ProviderFault(FaultKind.STALLED, message="Request timed out")) from None


async def _in_time(stream: Stream) -> AsyncGenerator[bytes]:
    async with aclosing(stream.pieces(_RESULT_BYTES)) as pieces:
        while True:
            try:
                async with asyncio.timeout(_PIECE_S):
                    piece = await anext(pieces)
            except StopAsyncIteration:
                return
            yield piece


def named(body: Mapping[str, Any], what: str) -> str:
    """The id of what was made. Raises ProviderFaultError for an answer without one."""
    found = body.get("id")
    if not isinstance(found, str) or not found.replace("-", "").replace("_", "").isalnum():
        raise ProviderFaultError(ProviderFault(FaultKind.NO_API, message=f"no id of a {what}"))
    return found


def count(body: object, name: str) -> int | None:
    """A number of requests, where the provider gives a credible one."""
    found = body.get(name) if isinstance(body, Mapping) else None
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else None


def listed(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The objects of a provider's list."""
    data = body.get("data")
    return [one for one in data if isinstance(one, Mapping)] if isinstance(data, list) else []


def words_of(error: object) -> str:
    """What an error object says, in its own words."""
    if isinstance(error, Mapping):
        inner = error.get("error")
        if isinstance(inner, Mapping):
            return words_of(inner)
        said = error.get("message") or error.get("code") or error.get("type")
        return said if isinstance(said, str) else ""
    return error if isinstance(error, str) else ""
