"""The receipt of one job: every attempt is written to the ledger once, and kept for the outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.baseline import baseline_cost
from routerd.domain.booking import Booking
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.money import dollars
from routerd.domain.ports import Ledger, Observer
from routerd.domain.quote import Estimate, Tariff
from routerd.domain.verdict import Refusal
from routerd.pipeline.allowance import Allowance


@dataclass(slots=True)
class Receipt:
    """A Meter that books what it is told, and passes it on to whoever shows progress."""

    job: str
    language: str
    ledger: Ledger
    observer: Observer
    clock: Callable[[], datetime]
    baseline: Tariff | None
    action: str
    allowance: Allowance
    estimates: Mapping[ModelRef, Estimate] = field(default_factory=dict)
    """What an answer of each model was foreseen to cost."""
    counted_input: int = 0
    prior_output: int = 0
    attempts: list[Attempt] = field(default_factory=list)
    trouble: str | None = None
    """What the user must know of the ledger: an attempt that could not be written down, or a new file."""
    _asked: int = field(default=0, init=False)
    """Input tokens by the local count before any refused answer went along."""

    @property
    def spent(self) -> Decimal:
        """Dollars over all attempts so far, as far as their prices are known."""
        return sum((attempt.cost for attempt in self.attempts if attempt.cost is not None), Decimal(0))

    async def allow(self, model: ModelRef, counted: int) -> int | Refusal:
        """As the Meter says."""
        return await self.allowance.call(model, counted)

    @property
    def total(self) -> str:
        """How many attempts were made and what they cost, as the end of a message."""
        made = [attempt for attempt in self.attempts if not attempt.cached and attempt.model != OFFLINE]
        if not made:
            return "Nothing was spent."
        unknown = any(attempt.cost is None for attempt in made)
        about = "about " if any(attempt.usage_estimated for attempt in made) else ""
        spent = "of unknown price" if unknown else f"{about}{dollars(self.spent)} spent in all"
        return f"{len(made)} attempt{'s' * (len(made) != 1)}, {spent}."

    def stage(self, name: str, model: ModelRef | None = None) -> None:
        """A step of the line began."""
        self.observer.stage(name, model)

    def tokens(self, so_far: int, cost: Decimal | None) -> None:
        """So many output tokens have arrived, for so many dollars."""
        self.observer.tokens(so_far, cost)

    def attempted(self, attempt: Attempt) -> None:
        """Book an attempt, in the ledger first."""
        foreseen, wrong = self.allowance.ended(attempt)
        if wrong is not None:
            attempt = replace(attempt, reason=f"{attempt.reason}; {wrong}" if attempt.reason else wrong)
        self._asked = self._asked or self.counted_input
        used = attempt.status is AttemptStatus.OK and attempt.model != OFFLINE
        booking = Booking(
            self.job,
            self.action,
            self.language,
            attempt,
            self.estimates.get(attempt.model),
            self.counted_input,
            self.prior_output,
            self._instead(attempt) if used else None,
            foreseen,
        )
        self.trouble = self.ledger.book(booking, self.clock()) or self.trouble
        self.attempts.append(attempt)
        self.observer.attempted(attempt)

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
        return self.ledger.token_calibration(model, self.action, self.language).input_factor
