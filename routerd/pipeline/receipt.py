"""The receipt of one job: every attempt is written to the ledger exactly once, and kept for the outcome."""

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
    """The money of one job, the only writer of attempts to the ledger."""

    job: str
    language: str
    ledger: Ledger
    observer: Observer
    clock: Callable[[], datetime]
    baseline: Tariff | None
    action: str
    allowance: Allowance
    estimates: Mapping[ModelRef, Estimate] = field(default_factory=dict)
    """The estimate for an answer of each model."""
    prior_output: int = 0
    """Output tokens that the prior alone calls likely."""
    attempts: list[Attempt] = field(default_factory=list)
    ledger_problem: str | None = None
    """The sentence for the user where an attempt could not be written, or the ledger had to be replaced."""
    _first_input: int = field(default=0, init=False)
    """Input tokens by the local count of the first question, without rejected answers."""

    @property
    def spent(self) -> Decimal:
        """Dollars of all attempts so far whose price is known."""
        return sum((attempt.cost for attempt in self.attempts if attempt.cost is not None), Decimal(0))

    @property
    def total(self) -> str:
        """The number of attempts and their cost, as the end of a message."""
        made = [attempt for attempt in self.attempts if not attempt.cached and attempt.model != OFFLINE]
        if not made:
            return "Nothing was spent."
        unknown = any(attempt.cost is None for attempt in made)
        about = "about " if any(attempt.usage_estimated for attempt in made) else ""
        spent = "of unknown price" if unknown else f"{about}{dollars(self.spent)} spent in all"
        return f"{len(made)} attempt{'s' * (len(made) != 1)}, {spent}."

    def book(self, attempt: Attempt, counted_input: int) -> None:
        """Write an attempt to the ledger, then add it to the receipt; ``counted_input``: tokens by the local count."""
        expected, wrong = self.allowance.ended(attempt)
        if wrong is not None:
            attempt = replace(attempt, reason=f"{attempt.reason}; {wrong}" if attempt.reason else wrong)
        self._first_input = self._first_input or counted_input
        used = attempt.status is AttemptStatus.OK and attempt.model != OFFLINE
        booking = Booking(
            self.job,
            self.action,
            self.language,
            attempt,
            self.estimates.get(attempt.model),
            counted_input,
            self.prior_output,
            self._baseline_cost(attempt, counted_input) if used else None,
            expected,
        )
        self.ledger_problem = self.ledger.book(booking, self.clock()) or self.ledger_problem
        self.attempts.append(attempt)

    def _baseline_cost(self, attempt: Attempt, counted_input: int) -> Decimal | None:
        """Dollars that the baseline model would have billed for this answer.

        The rejected answers in the prompt are not counted for it. Usage that was estimated locally is converted to
        its tokens. An answer from the cache used no tokens, so it claims no saving.
        """
        share = self._first_input / counted_input if counted_input else 1.0
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


@dataclass(slots=True)
class CallMeter:
    """The Meter of one call of the engine: books each attempt that ended before the next one may spend."""

    receipt: Receipt
    counted_input: int
    """Input tokens of the question by the local tokenizer."""
    attempts: list[Attempt] = field(default_factory=list)

    async def allow(self, model: ModelRef, counted: int) -> int | Refusal:
        """As the Meter port says."""
        self.settle()
        return await self.receipt.allowance.call(model, counted)

    def stage(self, name: str, model: ModelRef | None = None) -> None:
        """As the Observer port says."""
        self.receipt.observer.stage(name, model)

    def tokens(self, so_far: int, cost: Decimal | None) -> None:
        """Show what the job costs so far, with the running attempt."""
        self.receipt.observer.tokens(so_far, None if cost is None else self.receipt.spent + cost)

    def settle(self) -> None:
        """Book the attempts that ended; called again, it books none twice."""
        while self.attempts:
            self.receipt.book(self.attempts.pop(0), self.counted_input)
