"""Where the ledger is, and what is sent while a shared one is away."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from routerd.domain.key_source import KeySource


class AwayPolicy(StrEnum):
    """What is sent while a shared ledger cannot be reached."""

    CLOSED = "closed"
    """Nothing that costs."""
    LOCAL = "local"
    """As much as ``LedgerSettings.local_cap`` allows."""


@dataclass(frozen=True, slots=True)
class LedgerSettings:
    """Where the ledger is, and how long it keeps single attempts; their daily sums stay for ever."""

    keep_days: int | None = None
    """``None``: for ever. Budgets and estimates look at single attempts of the last two months."""
    url: str | None = None
    """A PostgreSQL database that several machines share; ``None``: a file of the user's own."""
    password: KeySource | None = None
    away: AwayPolicy = AwayPolicy.CLOSED
    local_cap: Decimal = Decimal(0)
    """Dollars a day that this machine may spend while a shared ledger is away."""
    person: str | None = None
    """Whose budget it counts against in a shared ledger; ``None``: the name of the user's account."""
    team: str | None = None
    """Which team's budget; ``None``: that of everyone without one."""
