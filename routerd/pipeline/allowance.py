"""The allowance of a job: each call is checked against cap and budgets, and its price reserved, before it is made."""

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
from routerd.domain.verdict import Refusal, RefusalCode

_LOCKED_S, _POLL_S = 3.0, 0.1
"""Seconds that a job waits for a ledger locked by another program, and seconds between two attempts to open it."""


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
    committed: Decimal = field(default=Decimal(0), init=False)
    """Dollars billed so far; a call without a bill counts with its highest possible cost."""
    overbilled: str | None = field(default=None, init=False)
    """A sentence about a provider that billed more than a call could cost; no further call is allowed then."""
    _call: _Call | None = field(default=None, init=False)

    async def call(self, model: ModelRef, counted: int) -> int | Refusal:
        """Reserve the price of a call and return its output limit in tokens, or a Refusal.

        ``counted``: input tokens by the local tokenizer.
        """
        if self.overbilled is not None:
            return Refusal(f"No further attempt was made, as {self.overbilled}.", RefusalCode.BUDGET)
        terms = self.terms[model]
        least, most = terms.most(counted, terms.least), terms.most(counted, terms.room)
        if least is None or most is None:
            self._call = _Call(None, None)
            return terms.room
        if self.cap is not None:
            if self.committed + least > self.cap:
                return self._capped(model, least)
            most = min(most, self.cap - self.committed)
        granted = await self._reserved(least, most)
        if isinstance(granted, Refusal):
            return granted
        room = terms.affords(counted, granted)
        self._call = _Call(terms.foreseen(counted, room), terms.most(counted, room))
        return room

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
            f"{dollars(self.cap)} in all{limit}. To allow more, set budget.per_action.",
            RefusalCode.BUDGET,
        )

    async def _reserved(self, least: Decimal, most: Decimal) -> Decimal | Refusal:
        for _ in range(round(_LOCKED_S / _POLL_S)):
            granted = self.ledger.reserve(self.job, least, most, self.clock())
            if not isinstance(granted, Refusal) or granted.code is not RefusalCode.LOCKED:
                break
            await asyncio.sleep(_POLL_S)
        return granted
