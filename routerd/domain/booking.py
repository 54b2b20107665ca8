"""A row of the ledger before it is written: one attempt with the estimate that it is held against."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from routerd.domain.attempt import Attempt
from routerd.domain.quote import Estimate


@dataclass(frozen=True, slots=True)
class Booking:
    """One attempt, whose work it was part of, and what the baseline model would have cost for it."""

    job: str
    action: str
    language: str
    attempt: Attempt
    estimate: Estimate | None
    counted_input: int
    """Input tokens by the local tokenizer, without any factor: what the factor is learnt from."""
    prior_output: int
    """Output tokens that the prior alone called likely: what the output range is learnt from."""
    baseline_cost: Decimal | None
    """Dollars that the baseline model would have cost with the same tokens; ``None`` for an answer
    that was not used, as the baseline would not have been asked for it twice."""
    allowed: Decimal | None = None
    """Dollars that were foreseen for this call at the most; ``None`` where no call was made or its price is unknown."""
