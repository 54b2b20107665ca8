"""The receipt of one job: every attempt is written to the ledger once, and kept for the outcome."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.booking import Booking
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.money import dollars
from routerd.domain.ports import Ledger, Watch
from routerd.domain.quote import Estimate, Tariff
from routerd.domain.verdict import Refusal


@dataclass(slots=True)
class Receipt:
    """A Watch that books what it is told, and passes it on to whoever shows progress."""

    job: str
    language: str
    ledger: Ledger
    watch: Watch
    clock: Callable[[], datetime]
    baseline: Tariff | None
    action: str
    counted_input: int = 0
    prior_output: int = 0
    estimate: Estimate | None = None
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def spent(self) -> Decimal:
        """Dollars over all attempts so far, as far as their prices are known."""
        return sum((attempt.cost for attempt in self.attempts if attempt.cost is not None), Decimal(0))

    def reserve(self, per_action: Decimal | None) -> Refusal | None:
        """Hold the estimate's high end for the next attempt, within what one action may cost over all of them."""
        high = self.estimate.cost.high if self.estimate and self.estimate.cost else Decimal(0)
        if per_action is not None and self.spent + high > per_action:
            return Refusal(f"another try could pass the {dollars(per_action)} allowed per action", "budget")
        return self.ledger.reserve(self.job, high, self.clock())

    def stage(self, name: str, model: ModelRef | None = None) -> None:
        """A step of the line began."""
        self.watch.stage(name, model)

    def tokens(self, so_far: int) -> None:
        """So many output tokens have arrived."""
        self.watch.tokens(so_far)

    def attempted(self, attempt: Attempt) -> None:
        """Book an attempt, in the ledger first."""
        used = attempt.status is AttemptStatus.OK and attempt.model != OFFLINE
        baseline = self.baseline.cost(self.counted_input, attempt.usage.all_output) if used and self.baseline else None
        booking = Booking(
            self.job,
            self.action,
            self.language,
            attempt,
            self.estimate,
            self.counted_input,
            self.prior_output,
            baseline,
        )
        self.ledger.book(booking, self.clock())
        self.attempts.append(attempt)
        self.watch.attempted(attempt)
