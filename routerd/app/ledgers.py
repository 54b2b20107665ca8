"""The ledger and the answers of a workspace: the user's own, or those that a server keeps for many machines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from routerd.adapters.ledger import AnyLedger, Budgets, SqliteLedger
from routerd.adapters.reply_cache import SqliteReplyCache
from routerd.app.services import Services
from routerd.app.team_services import TeamServices
from routerd.domain.answer_ports import ReplyCache
from routerd.domain.origin import Origin
from routerd.domain.settings import Cache


def ledger_of(
    services: Services, shared: TeamServices | None, budgets: Callable[[], Budgets], root: Path | None, origin: Origin
) -> AnyLedger:
    """``budgets`` is asked for anew at each reservation."""
    if shared is not None:
        return shared.ledger(budgets, root, origin)
    return SqliteLedger(services.ledger_writer, budgets, str(root.resolve()) if root else "", origin)


def replies_of(services: Services, shared: TeamServices | None, settings: Callable[[], Cache]) -> ReplyCache:
    """``settings`` is called each time."""
    return SqliteReplyCache(services.database, settings) if shared is None else shared.replies(settings)
