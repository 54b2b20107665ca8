"""The sums that statistics are made of, as SQL over attempts, and what is known of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import add

from routerd.adapters.ledger.schema import JUDGED, from_pico
from routerd.domain.money import Usage

_ANSWER = "status = 'ok' AND NOT cached AND provider NOT IN ('', 'offline')"
_COMPARED = "CASE WHEN cost IS NOT NULL THEN baseline END"
"""An answer at an unknown price counts as no saving."""

_TOKENS = ("input", "cached_input", "cache_write", "output", "reasoning")

MEASURES = {
    "attempts": "1",
    "priced": "cost IS NOT NULL",
    "cost": "COALESCE(cost, 0)",
    "answers": f"({_ANSWER})",
    "compared": f"({_COMPARED}) IS NOT NULL",
    "baseline": f"COALESCE({_COMPARED}, 0)",
    "net": "CASE WHEN baseline IS NOT NULL OR status <> 'ok' THEN COALESCE(cost, 0) ELSE 0 END",
    "lost": "status = 'unknown'",
    "estimated": "usage_estimated AND status <> 'unknown'",
    "cached": "cached",
    "judged": f"({JUDGED})",
    "judged_priced": f"({JUDGED}) AND cost IS NOT NULL",
    "judged_cost": f"CASE WHEN {JUDGED} THEN COALESCE(cost, 0) ELSE 0 END",
    **{name: name for name in _TOKENS},
}
"""By name, the amount that one attempt adds to each sum."""

_AMOUNTS = tuple(name for name in MEASURES if name not in _TOKENS)
SUMS = ", ".join(f"SUM({name})" for name in MEASURES)
"""The columns of ``Sums`` in order."""
SUMS_OF_ROWS = ", ".join(f"SUM({amount})" for amount in MEASURES.values())
"""The same over attempts in place of daily sums."""


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums over some attempts; money in pico-dollars."""

    attempts: int
    priced: int
    """Attempts whose price is known."""
    cost: int
    answers: int
    """Answers of a model that were used."""
    compared: int
    """Answers whose cost and baseline cost are both known."""
    baseline: int
    net: int
    """The cost of all attempts that savings are net of."""
    lost: int
    """Attempts of which nothing but the reserved amount is known."""
    estimated: int
    cached: int
    judged: int
    """Answers that were checked; ``answers`` of them were accepted."""
    judged_priced: int
    judged_cost: int
    tokens: tuple[int, ...]

    @classmethod
    def of(cls, columns: Sequence[int | None]) -> Sums:
        """From a row of ``SUMS``; over no attempts SQLite sums to NULL."""
        found = dict(zip(MEASURES, (column or 0 for column in columns), strict=True))
        tokens = tuple(found.pop(name) for name in _TOKENS)
        return cls(**found, tokens=tokens)

    def plus(self, other: Sums) -> Sums:
        """The sums over the attempts of both."""
        amounts = {name: getattr(self, name) + getattr(other, name) for name in _AMOUNTS}
        return Sums(**amounts, tokens=tuple(map(add, self.tokens, other.tokens)))

    @property
    def spent(self) -> Decimal | None:
        """Dollars of the attempts whose price is known; ``None`` if that is none of them."""
        return from_pico(self.cost) if self.priced or not self.attempts else None

    @property
    def unpriced(self) -> int:
        """Attempts whose price is unknown."""
        return self.attempts - self.priced

    @property
    def baseline_cost(self) -> Decimal | None:
        """Dollars that the baseline model would have cost; ``None`` if that is known of no answer."""
        return from_pico(self.baseline) if self.compared or not self.answers else None

    @property
    def saved(self) -> Decimal | None:
        """The baseline cost minus the cost of all attempts, used or not."""
        return None if self.baseline_cost is None or self.spent is None else from_pico(self.baseline - self.net)

    @property
    def usage(self) -> Usage | None:
        """The tokens; ``None`` if they are known of no attempt."""
        return Usage(*self.tokens) if self.attempts > self.lost or not self.attempts else None
