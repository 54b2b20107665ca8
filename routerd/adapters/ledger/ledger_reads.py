"""What the ledger of a batch reads unchanged of the ledger that it works within."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from routerd.domain.acceptance import Acceptance
from routerd.domain.model import ModelRef
from routerd.domain.ports import Ledger
from routerd.domain.quote import TokenCalibration


class LedgerReads:
    """The reading half of the Ledger port, but for limits."""

    def __init__(self, within: Ledger) -> None:
        self._within = within

    def spent(self, since: datetime) -> Decimal:
        """As the port says."""
        return self._within.spent(since)

    def saved(self, since: datetime) -> Decimal | None:
        """As the port says."""
        return self._within.saved(since)

    def token_calibration(self, model: ModelRef, action: str, language: str) -> TokenCalibration:
        """As the port says."""
        return self._within.token_calibration(model, action, language)

    def acceptance(self, model: ModelRef, action: str, language: str) -> Acceptance:
        """As the port says."""
        return self._within.acceptance(model, action, language)
