"""`routerd/status`: whether routerd is busy, and today's money; sent whenever one of them changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routerd.domain.errors import LedgerError
from routerd.domain.money import dollars, spent_words
from routerd.frontends.shapes import money
from routerd.frontends.stats_shape import saved_against

if TYPE_CHECKING:
    from routerd.app.workspace import App
    from routerd.frontends.lsp.client import Wire


def send(wire: Wire, app: App | None, jobs: int) -> None:
    """Send it; nothing is sent before the app is open, nor while the ledger cannot be read."""
    if app is None:
        return
    try:
        budget_status = app.budget_status()
    except LedgerError:
        return  # the next status will have it
    wire.send(
        "routerd/status",
        {
            "state": "busy" if jobs else "idle",
            "jobs": jobs,
            "spent_today": money(budget_status.spent_today),
            "budget_daily": money(budget_status.budget_daily),
            "saved_today": money(budget_status.saved_today),
            "unpriced_today": budget_status.unpriced_today,
            "baseline_models": list(budget_status.baselines),
            "price": {
                "spent_today": spent_words(budget_status.spent_today, budget_status.unpriced_today),
                "budget_daily": None if budget_status.budget_daily is None else dollars(budget_status.budget_daily),
                "saved_today": saved_against(
                    budget_status.saved_today, budget_status.baselines, budget_status.unpriced_today
                ),
            },
        },
    )
