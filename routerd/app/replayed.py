"""What requests in other tools' logs cost, and would have cost on a workspace's tiers."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from routerd.adapters.sqlite import Row, rows_of
from routerd.app.workspace import App
from routerd.audit import Audited, Logged
from routerd.audit.replay import audited
from routerd.providers.usage import read_usage


def other_rows(path: Path, statement: str) -> list[Row]:
    """The rows of a query in another program's database. Raises LedgerError where it cannot be read."""
    return rows_of(path, statement)


def replayed(app: App, logged: Iterable[Logged]) -> tuple[Audited, ...]:
    """Each request with both costs; nothing is sent."""
    return audited(logged, app.snapshot, app.deps, lambda raw: read_usage(raw).usage)
