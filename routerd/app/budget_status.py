"""Today's spending against the daily budget that has less left."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from routerd.adapters.ledger import Budgets, SqliteLedger, day_of
from routerd.domain.stats import BudgetStatus


def budget_status(ledger: SqliteLedger, budgets: Budgets, at: datetime) -> BudgetStatus:
    """By the user's own budget, or by the project's where that has less left."""
    today = day_of(at)
    spent, saved = ledger.spent(*today), ledger.saved(*today)
    own, lowered = budgets.own.daily, budgets.lowered.daily
    if lowered is None:
        return BudgetStatus(spent, own, saved)
    on_project: Decimal = ledger.spent_on_project(*today)
    if own is not None and own - spent <= lowered - on_project:
        return BudgetStatus(spent, own, saved)
    return BudgetStatus(on_project, lowered, saved)
