"""Asks a provider for its list of models: whether it can be reached with the key, at no token cost."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from routerd.domain.dialect_name import DialectName
from routerd.domain.errors import UpstreamError
from routerd.providers.client import ProviderClient, load
from routerd.providers.failure import ProviderFaultError
from routerd.providers.messages_dialect import dialect_of

WITHIN_S = 5.0
"""Seconds; a list of models usually takes well under one, and the user is waiting."""


@dataclass(frozen=True, slots=True)
class Probe:
    """The models that a provider lists, or the problem."""

    models: tuple[str, ...] = ()
    problem: str | None = None


async def probe(
    base_url: str,
    key: str | None,
    within_s: float = WITHIN_S,
    headers: Mapping[str, str] | None = None,
    dialect: DialectName = DialectName.CHAT,
) -> Probe:
    """Request a provider's list of models: whether it can be reached with the key, at no token cost."""
    await asyncio.to_thread(load)
    try:
        client = ProviderClient(base_url, key, headers, dialect_of(dialect))
    except UpstreamError as unprepared:
        return Probe(problem=str(unprepared).rstrip("."))
    try:
        return Probe(await client.models(within_s))
    except ProviderFaultError as raised:
        fault = raised.fault
        return Probe(problem=f"answered {fault.status}" if fault.status else fault.message or "no answer")
    finally:
        await client.close()
