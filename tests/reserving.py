"""Reserve an exact amount, as most tests of the ledger do."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from routerd.domain.ports import Ledger
from routerd.domain.verdict import Refusal


def reserve(ledger: Ledger, job: str, amount: Decimal, at: datetime) -> Refusal | None:
    """``None`` where the whole amount is held."""
    held = ledger.reserve(job, amount, amount, at)
    if isinstance(held, Refusal):
        return held
    assert held == amount
    return None
