"""What requests in other tools' logs cost, and would have cost on a workspace's tiers."""

from __future__ import annotations

from collections.abc import Iterable

from routerd.app.workspace import App
from routerd.audit import Audited, Logged
from routerd.audit.replay import audited
from routerd.providers.usage import read_usage


def replayed(app: App, logged: Iterable[Logged]) -> tuple[Audited, ...]:
    """Each request with both costs; nothing is sent."""
    return audited(logged, app.snapshot, app.deps, lambda raw: read_usage(raw).usage)
