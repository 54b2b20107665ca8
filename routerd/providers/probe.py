"""Whether a provider can be reached with a key, and which models it offers: one question, no tokens."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from routerd.domain.errors import UpstreamError
from routerd.providers.client import ProviderClient, load
from routerd.providers.failure import ProviderFaultError

WITHIN_S = 5.0
"""A list of models comes from a cache in well under a second; a person is waiting."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What a provider answered: its models, or why not."""

    models: tuple[str, ...] = ()
    problem: str | None = None


async def probe(
    base_url: str, key: str | None, within_s: float = WITHIN_S, headers: Mapping[str, str] | None = None
) -> Probe:
    """Ask a provider for its models."""
    await asyncio.to_thread(load)
    try:
        client = ProviderClient(base_url, key, headers)
    except UpstreamError as unprepared:
        return Probe(problem=str(unprepared).rstrip("."))
    try:
        return Probe(await client.models(within_s))
    except ProviderFaultError as raised:
        fault = raised.fault
        return Probe(problem=f"answered {fault.status}" if fault.status else fault.message or "no answer")
    finally:
        await client.close()
