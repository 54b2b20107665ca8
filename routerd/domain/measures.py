"""What an operator may see of the traffic: numbers under labels of closed sets; no text that anybody wrote."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.model import OFFLINE
from routerd.domain.money import Usage
from routerd.domain.tier import Tier
from routerd.domain.verdict import RefusalCode

OTHER = "other"
"""Stands for a model that no setting and no price list names: its name is the words of a client."""

_PROVIDERS = {"google": "gcp.gemini", "mistral": "mistral_ai"}
"""Providers whose name in the GenAI conventions is another one than in the presets."""

TOKEN_BUCKETS = (1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864)
"""Upper bounds in tokens, as the GenAI conventions advise."""
SECOND_BUCKETS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
"""Upper bounds in seconds, as the GenAI conventions advise."""


@dataclass(frozen=True, slots=True)
class MeasuredCall:
    """One call of a model that ended, without anything that was said in it."""

    operation: str
    """``chat`` or ``embeddings``, as the GenAI conventions have it."""
    provider: str
    """By the name in the GenAI conventions, else as configured."""
    model: str
    """As configured or in the price list, else ``other``."""
    tier: Tier
    status: AttemptStatus
    usage: Usage
    cost: Decimal | None
    """Dollars; ``None`` where the price is unknown."""
    seconds: float

    @property
    def counted(self) -> bool:
        """Whether it used tokens, or is an answer, which may have used none."""
        return self.status is AttemptStatus.OK or bool(self.usage.all_input or self.usage.all_output)

    @property
    def error(self) -> str | None:
        """What went wrong; ``None`` for an answer, also for one that its check rejected."""
        return None if self.status in (AttemptStatus.OK, AttemptStatus.REJECTED) else str(self.status)


class Measures(Protocol):
    """What the pipeline tells of its work; never waits, and never raises."""

    def called(self, attempt: Attempt, action: str) -> None:
        """One attempt has ended."""

    def refused(self, code: RefusalCode) -> None:
        """One request was not sent."""


class Numbers(Protocol):
    """Where numbers are added up or sent to; never waits, and never raises."""

    def called(self, call: MeasuredCall) -> None:
        """One call of a model has ended."""

    def refused(self, code: RefusalCode) -> None:
        """One request was not sent."""


def measured(attempt: Attempt, action: str, *, known: bool) -> MeasuredCall | None:
    """An attempt as it is measured; ``None`` for one that called no model.

    ``known``: whether a setting or the price list names its model.
    """
    if attempt.cached or attempt.model == OFFLINE:
        return None
    name = attempt.model.provider
    return MeasuredCall(
        "embeddings" if action == "embeddings" else "chat",
        _PROVIDERS.get(name, name),
        attempt.model.model if known else OTHER,
        attempt.tier,
        attempt.status,
        attempt.usage,
        attempt.cost,
        attempt.ms / 1000,
    )


class Unmeasured:
    """Measures that nobody looks at."""

    def called(self, attempt: Attempt, action: str) -> None:
        """As the port says."""

    def refused(self, code: RefusalCode) -> None:
        """As the port says."""
