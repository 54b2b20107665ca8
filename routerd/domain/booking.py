"""A row of the ledger before it is written: one attempt with its estimate and its origin."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from routerd.domain.attempt import Attempt
from routerd.domain.model import ModelRef
from routerd.domain.origin import Origin
from routerd.domain.quote import Estimate


@dataclass(frozen=True, slots=True)
class Booking:
    """One attempt with its job, its estimate and its baseline cost."""

    job: str
    action: str
    language: str
    attempt: Attempt
    estimate: Estimate | None
    counted_input: int
    """Input tokens by the local tokenizer, without any factor; calibrates the input factor."""
    prior_output: int
    """Likely output tokens by the prior alone; calibrates the output range."""
    baseline_cost: Decimal | None
    """Dollars that the baseline model would have cost with the same tokens; ``None`` for an answer
    that was not used, as the baseline would not have been asked twice."""
    allowed: Decimal | None = None
    """The highest estimate for this call in dollars; ``None`` if no call was made or its price is unknown."""
    origin: Origin | None = None
    """``None``: that of the ledger that books it."""
    tools_input: int | None = None
    """The part of ``counted_input`` that described tools; ``None`` if it was not counted."""
    system_input: int | None = None
    """The part of ``counted_input`` that was system text; ``None`` if it was not counted."""
    baseline_model: ModelRef | None = None
    """The model that ``baseline_cost`` is of."""
    entry: str | None = None
    """What tells this booking from all others, so that it is booked once; ``None``: a new one."""
