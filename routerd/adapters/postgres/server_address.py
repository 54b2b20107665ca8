"""Where a PostgreSQL server is: its URL, which holds no password, and where the password comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


def _none() -> None:
    return None


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """A server's URL; it may be shown, as its password is read elsewhere at each connection."""

    url: str
    password: Callable[[], str | None] = field(default=_none, compare=False, repr=False)
    """May take long, or raise KeyUnavailable. ``None``: as libpq finds it, in ``PGPASSFILE`` or by the socket."""
