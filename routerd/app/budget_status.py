"""Today's spending against the daily budget that has less left."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from routerd.adapters.ledger import AnyLedger, Budgets, day_of
from routerd.domain.stats import BudgetStatus


def budget_status(ledger: AnyLedger, budgets: Budgets, at: datetime) -> BudgetStatus:
    """By the user's own budget, or by the project's where that has less left."""
    today = day_of(at)
    own, lowered = budgets.own.daily, budgets.lowered.daily
    (spent, unpriced), limit = ledger.spending(*today), own
    if lowered is not None:
        on_project, unpriced_there = ledger.spending(*today, of_project=True)
        if own is None or own - _known(spent) > lowered - _known(on_project):
            spent, unpriced, limit = on_project, unpriced_there, lowered
    return BudgetStatus(spent, limit, ledger.saved(*today), unpriced, ledger.baselines(today[0]))


def _known(spent: Decimal | None) -> Decimal:
    """What counts against a budget, under which attempts at an unknown price are refused."""
    return spent if spent is not None else Decimal(0)
