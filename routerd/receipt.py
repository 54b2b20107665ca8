"""The receipt of one job: every attempt is written to the ledger once, and kept for the outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.baseline import baseline_cost
from routerd.domain.booking import Booking
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.money import dollars
from routerd.domain.ports import Ledger, Watch
from routerd.domain.quote import Estimate, Tariff
from routerd.domain.verdict import Refusal

_LOCKED_S, _LOOK_S = 3.0, 0.1
"""How long a job waits for a ledger that another program holds, and between two looks at it."""


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
    trouble: str | None = None
    """What the user must know of the ledger: an attempt that could not be written down, or a new file."""
    _asked: int = field(default=0, init=False)
    """Input tokens by the local count before any refused answer went along."""

    @property
    def spent(self) -> Decimal:
        """Dollars over all attempts so far, as far as their prices are known."""
        return sum((attempt.cost for attempt in self.attempts if attempt.cost is not None), Decimal(0))

    async def reserve(self, per_action: Decimal | None) -> Refusal | None:
        """Hold the estimate's high end for the next attempt, within what one action may cost over all of them."""
        high = self.estimate.cost.high if self.estimate and self.estimate.cost else Decimal(0)
        if per_action is not None and self.spent + high > per_action:
            return Refusal(f"another try could pass the {dollars(per_action)} allowed per action", "budget")
        for _ in range(round(_LOCKED_S / _LOOK_S)):
            refusal = self.ledger.reserve(self.job, high, self.clock())
            if refusal is None or refusal.code != "locked":
                break
            await asyncio.sleep(_LOOK_S)
        return refusal

    def stage(self, name: str, model: ModelRef | None = None) -> None:
        """A step of the line began."""
        self.watch.stage(name, model)

    def tokens(self, so_far: int, cost: Decimal | None) -> None:
        """So many output tokens have arrived, for so many dollars."""
        self.watch.tokens(so_far, cost)

    def attempted(self, attempt: Attempt) -> None:
        """Book an attempt, in the ledger first."""
        self._asked = self._asked or self.counted_input
        used = attempt.status is AttemptStatus.OK and attempt.model != OFFLINE
        booking = Booking(
            self.job,
            self.action,
            self.language,
            attempt,
            self.estimate,
            self.counted_input,
            self.prior_output,
            self._instead(attempt) if used else None,
        )
        self.trouble = self.ledger.book(booking, self.clock()) or self.trouble
        self.attempts.append(attempt)
        self.watch.attempted(attempt)

    def _instead(self, attempt: Attempt) -> Decimal | None:
        """What the baseline model would have billed for this answer.

        It would not have been told of answers that others had refused; usage that was counted here is in no
        model's tokens yet; an answer from the cache had none, so that nothing is claimed for it.
        """
        share = self._asked / self.counted_input if self.counted_input else 1.0
        usage = attempt.usage
        asked = replace(
            usage,
            input=round(usage.input * share),
            cached_input=round(usage.cached_input * share),
            cache_write=round(usage.cache_write * share),
        )
        known = 1.0 if attempt.usage_estimated else self._factor(attempt.model)
        return baseline_cost(asked, attempt.model, known, self.baseline)

    def _factor(self, model: ModelRef) -> float:
        return self.ledger.learned(model, self.action, self.language).input_factor
