"""What a run of a batch needs, how many items it asks at once, and which refused items are asked again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from routerd.batch.account import BatchAccount
from routerd.batch.no_claims import NoClaims
from routerd.batch.planning import BatchRequest
from routerd.domain.batch import Item
from routerd.domain.batch_store import BatchStore
from routerd.domain.claim_ports import Claims
from routerd.domain.model import OFFLINE
from routerd.domain.settings import Snapshot
from routerd.pipeline.dependencies import Dependencies

_AT_ONCE, _MOST_AT_ONCE = 8, 64
"""Requests at once to a provider without a limit of its own, and to all of them."""


@dataclass(frozen=True, slots=True)
class BatchRun:
    """What a run needs beside its items."""

    batch: str
    wanted: BatchRequest
    snapshot: Snapshot
    deps: Dependencies
    store: BatchStore
    account: BatchAccount
    uri: Callable[[str], str]
    """The URI of an item's path."""
    stop_asked: Callable[[], bool]
    """Whether another program asked this run to stop."""
    asks: bool = True
    """False where stored answers are only checked, and nothing is sent."""
    claims: Claims = field(default_factory=NoClaims)
    """Which items other machines ask."""


def concurrency(run: BatchRun, items: Sequence[Item]) -> int:
    """How many items are asked at once, by the limits of all deployments that may answer them.

    A deployment with a rate limit gets a sixth of a minute's requests at once: each then waits for its turn for a few
    seconds, and not for so long that its time limit ends it.
    """
    snapshot, found = run.snapshot, 0
    models = {model for item in items for model in snapshot.usable.get(item.tier, (item.model,))}
    for provider in {model.provider for model in models if model != OFFLINE}:
        settings = snapshot.settings.providers.get(provider)
        at_once = _AT_ONCE
        if settings is not None:
            tokens = max((item.input_tokens for item in items), default=1)
            by_rpm = None if settings.rpm is None else -(-settings.rpm // 6)
            by_tpm = None if settings.tpm is None else settings.tpm // (6 * max(tokens, 1))
            limits = [limit for limit in (settings.max_concurrency, by_rpm, by_tpm) if limit is not None]
            at_once = min(limits, default=_AT_ONCE)
        found += max(at_once, 1)
    return min(max(found, 1), _MOST_AT_ONCE)


def stronger(run: BatchRun, refused: Iterable[Item]) -> list[Item]:
    """Refused items for the next tier that has a model; those without one stay refused."""
    snapshot = run.snapshot
    if not run.asks or not snapshot.settings.routing.escalate or run.wanted.model is not None:
        return []
    found = []
    for item in refused:
        asked = {OFFLINE, item.model, *snapshot.usable.get(item.tier, ())}
        tier = None if item.model == OFFLINE else snapshot.stronger(item.tier)
        while tier is not None and not (models := [one for one in snapshot.usable[tier] if one not in asked]):
            tier = snapshot.stronger(tier)
        if tier is not None:
            found.append(replace(item, tier=tier, model=models[0], wave=item.wave + 1))
    return found
