"""Asks the editor for keys in its own secret storage; they stay in memory and are never shown or logged."""

from __future__ import annotations

from collections.abc import Sequence

from routerd.frontends.lsp.client import NoAnswerError, Wire

_ANSWER_S = 5.0
"""Secret storage answers in milliseconds once it is unlocked."""


async def asked(wire: Wire, providers: Sequence[str]) -> dict[str, str | None]:
    """The keys for these providers as the editor has them now; ``None`` where it has none."""
    return {provider: await _asked(wire, provider) for provider in providers}


async def _asked(wire: Wire, provider: str) -> str | None:
    try:
        answer = await wire.ask("routerd/key", {"provider": provider}, _ANSWER_S)
    except NoAnswerError:
        return None
    key = answer.get("key") if isinstance(answer, dict) else None
    return key if isinstance(key, str) else None
