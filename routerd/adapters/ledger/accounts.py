"""The account of a batch, by the ledger that its money is in."""

from __future__ import annotations

from decimal import Decimal

from routerd.adapters.ledger.batch_ledger import BatchLedger
from routerd.adapters.ledger.ledger import SqliteLedger
from routerd.adapters.ledger.shared_batch_ledger import SharedBatchLedger
from routerd.adapters.ledger.shared_ledger import PostgresLedger


def batch_account(
    ledger: SqliteLedger | PostgresLedger, batch: str, cap: Decimal | None
) -> BatchLedger | SharedBatchLedger:
    """``cap``: dollars that a run of the batch may cost; ``None``: no limit but the budgets."""
    if isinstance(ledger, PostgresLedger):
        return SharedBatchLedger(ledger, batch, cap)
    return BatchLedger(ledger, batch, cap)
