"""One call of one deployment: its status, usage and cost."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from routerd.domain.model import ModelRef
from routerd.domain.money import Usage
from routerd.domain.tier import Tier


class AttemptStatus(StrEnum):
    """How one call of one deployment ended."""

    OK = "ok"
    REJECTED = "rejected"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    NETWORK = "network"
    TIMEOUT = "timeout"
    TRUNCATED = "truncated"
    CREDENTIAL = "credential"
    BAD_REQUEST = "bad_request"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call of one deployment and what it cost."""

    model: ModelRef
    tier: Tier
    status: AttemptStatus
    usage: Usage
    cost: Decimal | None
    """Dollars; ``None`` if the price is unknown."""
    ms: int
    reason: str | None = None
    usage_estimated: bool = False
    """The provider reported no usage, so the tokens were counted locally."""
    cached: bool = False
    """Served from the local response cache: no call was made."""
