"""The money of one job: each call is reserved before it is made, and each attempt is booked exactly once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.booking import Booking
from routerd.domain.forecast import Terms
from routerd.domain.input_tokens import InputTokens
from routerd.domain.measures import Measures, Unmeasured
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.money import dollars, dollars_at_most, spent_words
from routerd.domain.origin import Origin
from routerd.domain.ports import Ledger, Observer
from routerd.domain.quote import Estimate, Tariff, baseline_cost
from routerd.domain.settings import Budget
from routerd.domain.verdict import Refusal, RefusalCode

_LOCKED_S, _POLL_S = 3.0, 0.1
"""Seconds that a job waits for a ledger locked by another program, and seconds between two attempts to open it."""


_TOP_UP_AT = 0.75
"""The share of the reserved output tokens at which a stream's reservation is topped up."""


@dataclass(frozen=True, slots=True)
class _Call:
    """A call that is allowed and not booked yet."""

    expected: Decimal | None
    most: Decimal | None
    """Dollars; ``None`` where the price is unknown."""


@dataclass(slots=True)
class Allowance:
    """The money of one job, whose calls run one at a time; no call is allowed that could exceed ``cap``."""

    job: str
    ledger: Ledger
    clock: Callable[[], datetime]
    terms: Mapping[ModelRef, Terms]
    budget: Budget
    cap: Decimal | None
    """Dollars; ``None`` where the price of the action is unknown."""
    origin: Origin | None = None
    """``None``: that of the ledger."""
    streamed: int | None = None
    """Output tokens to reserve at first for an answer that is topped up while it arrives; ``None``: all at once."""
    at_once: bool = False
    """Whether a call is sent as soon as it is reserved, so that one transaction tells both."""
    committed: Decimal = field(default=Decimal(0), init=False)
    """Dollars billed so far; a call without a bill counts with its highest possible cost."""
    overbilled: str | None = field(default=None, init=False)
    """A sentence about a provider that billed more than a call could cost; no further call is allowed then."""
    _call: _Call | None = field(default=None, init=False)
    _held: int = field(default=0, init=False)
    """Output tokens that the reservation of a stream pays for."""

    async def call(self, model: ModelRef, counted: int) -> int | Refusal:
        """Reserve the price of a call and return its output limit in tokens, or a Refusal.

        ``counted``: input tokens by the local tokenizer.
        """
        if self.overbilled is not None:
            return Refusal(f"No further attempt was made, as {self.overbilled}.", RefusalCode.BUDGET)
        terms = self.terms[model]
        least, most = terms.most(counted, terms.least), terms.most(counted, terms.max_output)
        if least is None or most is None:
            self._call = _Call(None, None)
            return terms.max_output
        if self.cap is not None:
            if self.committed + least > self.cap:
                return self._capped(model, least)
            most = min(most, self.cap - self.committed)
        if self.streamed is None:
            granted = await self._reserved(least, most, sent=self.at_once)
        else:
            granted = await self._begun(terms, counted, least, most)
        if isinstance(granted, Refusal):
            return granted
        room = terms.affords(counted, granted)
        self._call = _Call(terms.estimated(counted, room), terms.most(counted, room))
        return room

    async def more(self, model: ModelRef, counted: int, generated: int) -> Refusal | None:
        """Reserve more for a stream that has grown beyond most of what is reserved; a Refusal if nothing is left."""
        call = self._call
        if call is None or call.most is None or generated < self._held * _TOP_UP_AT:
            return None
        terms = self.terms[model]
        output = min(max(2 * generated, self._held), terms.max_output)
        need, most = terms.most(counted, generated), terms.most(counted, output)
        assert need is not None
        assert most is not None
        if self.cap is not None:
            if self.committed + need > self.cap:
                return self._capped(model, need)
            most = min(most, self.cap - self.committed)
        granted = await self._reserved(need, most, sent=True)
        if isinstance(granted, Refusal):
            return granted
        self._held = max(terms.affords(counted, granted), generated)
        return None

    async def _begun(self, terms: Terms, counted: int, least: Decimal, most: Decimal) -> Decimal | Refusal:
        """Reserve the beginning of a stream; what budgets leave of ``most`` dollars limits its length."""
        assert self.streamed is not None
        self._held = max(min(self.streamed, terms.max_output), terms.least)
        begin = terms.most(counted, self._held)
        assert begin is not None
        left = self.ledger.limits(self.clock(), self.origin)
        if isinstance(left, Refusal):
            return left
        granted = await self._reserved(least, min(begin, most), sent=self.at_once)
        if isinstance(granted, Refusal):
            return granted
        return min([most, *(max(limit.rest, granted) for limit in left)])

    def ended(self, attempt: Attempt) -> tuple[Decimal | None, str | None]:
        """Settle a call that ended: its expected cost in dollars, and what is wrong with its bill."""
        call, self._call = self._call, None
        billed = attempt.cost or Decimal(0)
        if call is None or call.most is None:
            self.committed += billed
            return None, None
        if attempt.usage_estimated:
            self.committed += max(billed, call.most)
            return call.expected, None
        self.committed += billed
        if billed <= call.most:
            return call.expected, None
        wrong = f"billed {dollars(billed)} where at most {dollars_at_most(call.most)} was allowed"
        self.overbilled = f"{attempt.model} {wrong}"
        return call.expected, wrong

    def _capped(self, model: ModelRef, least: Decimal) -> Refusal:
        assert self.cap is not None
        spent = f" after {dollars(self.committed)}" if self.committed else ""
        limit = "" if self.budget.per_action is not None else ", ten times its likely price or a cent"
        return Refusal(
            f"Stopped{spent}: asking {model} may cost {dollars(least)} more, and this action may cost "
            f"{dollars(self.cap)} in all{limit}. To allow more, set {self.budget.per_action_by}.",
            RefusalCode.BUDGET,
        )

    async def _reserved(self, least: Decimal, most: Decimal, *, sent: bool) -> Decimal | Refusal:
        for _ in range(round(_LOCKED_S / _POLL_S)):
            granted = await self.ledger.hold(self.job, least, most, self.clock(), self.origin, sent=sent)
            if not isinstance(granted, Refusal) or granted.code is not RefusalCode.LOCKED:
                break
            await asyncio.sleep(_POLL_S)
        return granted


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
    input: InputTokens | None = None
    """What of the input is tools and system text, where that was counted."""
    measures: Measures = field(default_factory=Unmeasured)
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
        about = "about " if any(attempt.usage_estimated for attempt in made) else ""
        priced = [attempt for attempt in made if attempt.cost is not None]
        spent = (
            f"{about}{spent_words(self.spent, len(made) - len(priced))} spent in all" if priced else "of unknown price"
        )
        return f"{len(made)} attempt{'s' * (len(made) != 1)}, {spent}."

    def book(self, attempt: Attempt, counted_input: int, *, last: bool = False) -> None:
        """Write an attempt to the ledger, then add it to the receipt; ``counted_input``: tokens by the local count.

        ``last``: no further call follows, and the reservation ends with it.
        """
        expected, wrong = self.allowance.ended(attempt)
        if wrong is not None:
            attempt = replace(attempt, reason=f"{attempt.reason}; {wrong}" if attempt.reason else wrong)
        self._first_input = self._first_input or counted_input
        used = attempt.status is AttemptStatus.OK and attempt.model != OFFLINE
        instead = self._baseline_cost(attempt, counted_input) if used else None
        booking = Booking(
            self.job,
            self.action,
            self.language,
            attempt,
            self.estimates.get(attempt.model),
            counted_input,
            self.prior_output,
            instead,
            expected,
            self.allowance.origin,
            self.input.tools if self.input else None,
            self.input.system if self.input else None,
            self.baseline.model if self.baseline and instead is not None else None,
        )
        self.ledger_problem = self.ledger.book(booking, self.clock(), last=last) or self.ledger_problem
        self.attempts.append(attempt)
        self.measures.called(attempt, self.action)

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

    async def more(self, model: ModelRef, counted: int, generated: int) -> Refusal | None:
        """As the ForwardMeter port says."""
        return await self.receipt.allowance.more(model, counted, generated)

    def sending(self) -> Awaitable[object] | None:
        """As the Meter port says."""
        return None if self.receipt.allowance.at_once else self.receipt.allowance.ledger.sent(self.receipt.job)

    def stage(self, name: str, model: ModelRef | None = None) -> None:
        """As the Observer port says."""
        self.receipt.observer.stage(name, model)

    def wrote(self, text: str) -> None:
        """Show the words as they arrive."""
        self.receipt.observer.wrote(text)

    def tokens(self, so_far: int, cost: Decimal | None) -> None:
        """Show what the job costs so far, with the running attempt."""
        self.receipt.observer.tokens(so_far, None if cost is None else self.receipt.spent + cost)

    def settle(self) -> None:
        """Book the attempts that ended; called again, it books none twice."""
        while self.attempts:
            self.receipt.book(self.attempts.pop(0), self.counted_input)
