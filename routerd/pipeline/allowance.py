"""What a job may still spend: each call is allowed and its price reserved before it is made, within cap and budgets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from routerd.domain.attempt import Attempt
from routerd.domain.model import ModelRef
from routerd.domain.money import dollars, dollars_at_most
from routerd.domain.ports import Ledger
from routerd.domain.settings import Budget
from routerd.domain.terms import Terms
from routerd.domain.verdict import Refusal

_LOCKED_S, _LOOK_S = 3.0, 0.1
"""How long a job waits for a ledger that another program holds, and between two looks at it."""


@dataclass(frozen=True, slots=True)
class _Call:
    """A call that was allowed and has not been booked."""

    foreseen: Decimal | None
    most: Decimal | None
    """Dollars; ``None`` where the price is unknown."""


@dataclass(slots=True)
class Allowance:
    """One job's money. Its calls follow one another; none is made that could bring the bill beyond ``cap``."""

    job: str
    ledger: Ledger
    clock: Callable[[], datetime]
    terms: Mapping[ModelRef, Terms]
    budget: Budget
    cap: Decimal | None
    """Dollars; ``None`` where the price of the action is unknown."""
    committed: Decimal = field(default=Decimal(0), init=False)
    """Dollars that were billed; for a call whose bill nobody told, the most that it can be."""
    overbilled: str | None = field(default=None, init=False)
    """Who billed more than a call could cost, in a sentence: then no further call is made."""
    _call: _Call | None = field(default=None, init=False)

    async def call(self, model: ModelRef, counted: int) -> int | Refusal:
        """The limit of the answer for a call with so many local input tokens, its price reserved; else why not."""
        if self.overbilled is not None:
            return Refusal(f"No further attempt was made, as {self.overbilled}.", "budget")
        terms = self.terms[model]
        least, most = terms.most(counted, terms.least), terms.most(counted, terms.max_output)
        if least is None or most is None:
            self._call = _Call(None, None)
            return terms.max_output
        if self.cap is not None:
            if self.committed + least > self.cap:
                return self._capped(model, least)
            most = min(most, self.cap - self.committed)
        granted = await self._reserved(least, most)
        if isinstance(granted, Refusal):
            return granted
        room = terms.affords(counted, granted)
        self._call = _Call(terms.estimated(counted, room), terms.most(counted, room))
        return room

    def ended(self, attempt: Attempt) -> tuple[Decimal | None, str | None]:
        """Account for a call that ended: what had been foreseen for it in dollars, and what is wrong with its bill."""
        call, self._call = self._call, None
        billed = attempt.cost or Decimal(0)
        if call is None or call.most is None:
            self.committed += billed
            return None, None
        if attempt.usage_estimated:
            self.committed += max(billed, call.most)
            return call.foreseen, None
        self.committed += billed
        if billed <= call.most:
            return call.foreseen, None
        wrong = f"billed {dollars(billed)} where at most {dollars_at_most(call.most)} was allowed"
        self.overbilled = f"{attempt.model} {wrong}"
        return call.foreseen, wrong

    def _capped(self, model: ModelRef, least: Decimal) -> Refusal:
        assert self.cap is not None
        spent = f" after {dollars(self.committed)}" if self.committed else ""
        whose = "" if self.budget.per_action is not None else ", ten times its likely price or a cent"
        return Refusal(
            f"Stopped{spent}: asking {model} may cost {dollars(least)} more, and this action may cost "
            f"{dollars(self.cap)} in all{whose}. To allow more, set budget.per_action.",
            "budget",
        )

    async def _reserved(self, least: Decimal, most: Decimal) -> Decimal | Refusal:
        for _ in range(round(_LOCKED_S / _LOOK_S)):
            granted = self.ledger.reserve(self.job, least, most, self.clock())
            if not isinstance(granted, Refusal) or granted.code != "locked":
                break
            await asyncio.sleep(_LOOK_S)
        return granted
