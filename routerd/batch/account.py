"""The money of a batch as the pipeline sees it: the Ledger port over one reservation for all items."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from routerd.domain.attempt import Attempt
from routerd.domain.ports import Ledger
from routerd.domain.verdict import Refusal


class BatchAccount(Ledger, Protocol):
    """One reservation for a whole batch, from which each call's own is drawn."""

    short: Refusal | None
    """Why the latest call was not allowed, where the money of the batch was the reason."""

    def open(self, amount: Decimal, at: datetime) -> Decimal | Refusal:
        """Reserves an amount, or as much of it as the cap and the budgets allow; returns dollars."""

    def replay(self, job: str, before: Sequence[Attempt], again: Sequence[Attempt]) -> None:
        """Names the answers of a job that an earlier process received, so that each is booked exactly once.

        ``before``: those of earlier waves; ``again``: those that are about to be judged again.
        """

    def hand_over(self, jobs: Sequence[str]) -> None:
        """What is reserved for jobs is held for a provider's batch from now on, and outlives this process.

        This and the next two raise LedgerError.
        """

    def take_back(self, jobs: Sequence[str]) -> None:
        """Gives back what a provider's batch held for jobs that cost nothing."""

    def book_unknown(self, jobs: Sequence[str]) -> None:
        """Books jobs of a provider's batch without a result at the most that they can have cost."""

    def close(self) -> None:
        """Gives back what is left."""
