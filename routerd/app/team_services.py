"""What one process shares with other machines by one PostgreSQL server: the ledger, health and the reply cache."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from routerd.adapters.batch_store import PostgresClaims
from routerd.adapters.ledger import Budgets, Outbox, PostgresLedger, SharedTokens, SharedWriter
from routerd.adapters.postgres import Postgres, ServerAddress
from routerd.adapters.shared_replies import PostgresReplyCache
from routerd.app.shared_sessions import SharedSessions
from routerd.app.times import now
from routerd.domain.gateway_token import TokenStore
from routerd.domain.ledger_settings import LedgerSettings
from routerd.domain.origin import Origin
from routerd.domain.settings import Cache
from routerd.providers import PostgresHealth

EVERYONE = "everyone"
"""The team of people whose configuration names none."""


class TeamServices:
    """One for each server; connects when it is first asked."""

    def __init__(self, address: ServerAddress, folder: Path, settings: LedgerSettings) -> None:
        """``folder`` is where what waits for the server is kept."""
        self.postgres = Postgres(address)
        self.writer = SharedWriter(self.postgres, Outbox(folder / "outbox.db", now(), settings), now)
        self.health = PostgresHealth(self.postgres)
        self.sessions = SharedSessions(self.postgres)
        self.tokens: TokenStore = SharedTokens(self.postgres)
        self.claims = PostgresClaims(self.postgres, self.writer.process)

    def ledger(self, budgets: Callable[[], Budgets], root: Path | None, origin: Origin) -> PostgresLedger:
        """The ledger as a project sees it; machines know a project by the name of its folder."""
        settings = self.writer.outbox.settings
        person, team = settings.person or account(), settings.team or EVERYONE
        known = replace(origin, person=origin.person or person, team=origin.team or team)
        return PostgresLedger(self.writer, budgets, root.name if root else "", known)

    def replies(self, settings: Callable[[], Cache]) -> PostgresReplyCache:
        """The answers that all machines keep."""
        return PostgresReplyCache(self.postgres, settings)


def account() -> str:
    """The name of the user's account; without one, as in a container, a name that says so."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "nobody"
