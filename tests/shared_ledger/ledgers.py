"""Ledgers of both adapters that see one set of rows, as several processes and people would."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from routerd.adapters.ledger import (
    MIGRATIONS,
    AnyLedger,
    Budgets,
    Outbox,
    PostgresLedger,
    SharedWriter,
    SqliteLedger,
)
from routerd.adapters.postgres import Postgres
from routerd.adapters.sqlite import Database
from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.booking import Booking
from routerd.domain.ledger_settings import LedgerSettings
from routerd.domain.model import ModelRef
from routerd.domain.money import Usage
from routerd.domain.origin import Origin
from routerd.domain.settings import Budget
from routerd.domain.tier import Tier

MODEL = ModelRef("loopback", "model")
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


class Ledgers(Protocol):
    """Opens ledgers of one adapter."""

    def __call__(self, budget: Budget | Budgets, person: str, project: str, team: str = "") -> AnyLedger:
        """What a process of a person sees in a project."""

    def settle(self, *ledgers: AnyLedger) -> None:
        """Waits until what these wrote can be read."""


@dataclass
class OnSqlite:
    """Each ledger has a connection of its own to one file, as processes have."""

    path: Path

    def __call__(self, budget: Budget | Budgets, person: str, project: str, team: str = "") -> SqliteLedger:
        database = Database(self.path, MIGRATIONS, NOON)
        return SqliteLedger(database, lambda: budget, project, Origin(person=person, team=team))

    def settle(self, *ledgers: AnyLedger) -> None:
        """Nothing: a write is done when it returns."""


@dataclass
class OnPostgres:
    """Each ledger has connections of its own to one server."""

    connect: Callable[[], Postgres]

    def __call__(self, budget: Budget | Budgets, person: str, project: str, team: str = "") -> PostgresLedger:
        writer = SharedWriter(self.connect(), Outbox(None, NOON, LedgerSettings()), lambda: NOON)
        return PostgresLedger(writer, lambda: budget, project, Origin(person=person, team=team))

    def settle(self, *ledgers: AnyLedger) -> None:
        for ledger in ledgers:
            assert isinstance(ledger, PostgresLedger)
            ledger.writer.postgres.flush()


def attempt(cost: str | Decimal, status: AttemptStatus = AttemptStatus.OK, model: ModelRef = MODEL) -> Attempt:
    return Attempt(model, Tier.UTILITY, status, Usage(input=100, output=10), Decimal(cost), 7)


def booking(job: str, cost: str | Decimal, origin: Origin | None = None, entry: str | None = None) -> Booking:
    return Booking(job, "document", "python", attempt(cost), None, 100, 10, None, origin=origin, entry=entry)
