"""The values of the choice by expected cost: what may be asked, what is at stake, and the arithmetic to show."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from routerd.domain.money import dollars


@dataclass(frozen=True, slots=True)
class Penalty:
    """What a bad answer of an action costs if no check notices it, and how often one does.

    All three are judgements, not measurements: an action's declaration says why.
    """

    per_thousand: Decimal
    """Dollars for a thousand tokens of answer: a longer answer holds more to find and mend."""
    noticed: float
    """The share of bad answers that the contract's check rejects, in [0, 1]; 0 where nothing can be checked."""
    noticed_when_run: float | None = None
    """The same where the answer is run; ``None`` for an action whose answers are not run."""


@dataclass(frozen=True, slots=True)
class Stakes:
    """What one action puts at stake, by its penalty and the likely length of its answer."""

    penalty: Decimal
    """Dollars of an unnoticed bad answer."""
    noticed: Decimal
    """The share of bad answers that the check rejects."""
    fixes: bool
    """Whether a model is asked once more after a formal error."""


@dataclass(frozen=True, slots=True)
class Option:
    """One candidate that may be asked. Money in dollars; unknown is ``None``."""

    name: str
    """For display: tier and model."""
    cost: Decimal | None
    """The likely price of one answer."""
    passes: Decimal
    """The chance that an answer passes the check."""
    may_pass: Decimal = Decimal(0)
    """What that chance may be for all that is known, where it is more than ``passes``."""
    answers: int = 0
    """Recent answers that this chance is known by; with none it is the prior."""
    since: int = 0
    """Actions of this kind since it was last asked."""
    below: bool = False
    """Whether it is below the tier where the action begins by default."""


@dataclass(frozen=True, slots=True)
class Row:
    """The arithmetic of one option: price + penalty + going up = expected, in dollars."""

    option: Option
    price: Decimal
    penalty: Decimal
    going_up: Decimal
    expected: Decimal

    @property
    def shown(self) -> str:
        """The expected cost for a person."""
        return dollars(self.expected)


@dataclass(frozen=True, slots=True)
class Choice:
    """The options to ask in order, with the arithmetic."""

    chain: tuple[Option, ...]
    rows: tuple[Row, ...]
    """One for each option of the chain; empty where a price is unknown."""
    alternatives: tuple[Row, ...]
    """The first row of the best chain from each other beginning that is allowed."""
    reason: str
    """Empty where the whole chain is asked from the default tier on."""
