"""The price before anything is sent: rungs of the ladder, each with tokens and money as an honest range."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from routerd.domain.classification import Classification, Signal
from routerd.domain.model import ModelRef
from routerd.domain.money import Price, Usage, cost
from routerd.domain.tier import Tier


@dataclass(frozen=True, slots=True)
class TokenRange:
    """Output tokens that are expected: 10th, 50th and 90th percentile."""

    low: int
    likely: int
    high: int


@dataclass(frozen=True, slots=True)
class CostRange:
    """Dollars that are expected, over the same range."""

    low: Decimal
    likely: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Candidate:
    """One step of the ladder: a tier and its deployments in the order in which they are tried."""

    tier: Tier
    models: tuple[ModelRef, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """Which ladder, and why: every answer carries this."""

    chain: tuple[Candidate, ...]
    """Cheapest sensible rung first; never empty."""
    reason: str
    classification: Classification | None = None
    """Where the user's own words decided."""
    signals: tuple[Signal, ...] = ()
    """What was seen beside those words; it counts where they leave a doubt."""

    @property
    def first(self) -> Candidate:
        """The rung that is asked first."""
        return self.chain[0]


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one rung is expected to cost for one action. Unknown is ``None``."""

    action: str
    tier: Tier
    model: ModelRef
    input_tokens: int
    output_tokens: TokenRange
    cost: CostRange | None
    baseline_cost: Decimal | None
    price: Price | None


class Past(NamedTuple):
    """One earlier bill beside what was counted and foreseen for it."""

    input: float
    """Billed input tokens per locally counted token."""
    cached: float
    """The share of the input that the provider's cache served."""
    output: float
    """Billed output tokens per token that the prior called likely."""
    weight: float
    """How much it counts: old bills count less."""


@dataclass(frozen=True, slots=True)
class TokenCalibration:
    """What past bills taught about one model and action; the defaults say nothing was learnt."""

    input_factor: float = 1.0
    """Billed input tokens per locally counted token."""
    output_factor: tuple[float, float, float] | None = None
    """Multiples of the prior's likely output at the 10th, 50th and 90th percentile of past answers."""
    past: tuple[Past, ...] = ()
    """The latest bills themselves, whose input and output vary together; empty while they are too few."""
    reasoning: float = 0.0
    """The share of the generated tokens that the model thinks and does not show, in [0, 1]."""
    excess: float = 1.0
    """The largest bill in terms of what had been foreseen for it at the most; 1 where none was above that."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """How one model bills: its price, its tokens for each that is counted here, and what its cache holds."""

    model: ModelRef
    price: Price | None
    token_calibration: TokenCalibration = TokenCalibration()
    warm_tokens: int = 0
    """Tokens from the start of the prompt, by the local count, that the provider's cache will serve."""

    def input_tokens(self, counted: int) -> int:
        """What the provider will count for a prompt of so many local tokens."""
        return round(counted * self.token_calibration.input_factor)

    def usage(self, counted: int, output: int) -> Usage:
        """The bill's buckets for a prompt of so many local tokens and so many output tokens."""
        sent = self.input_tokens(counted)
        cached = min(sent, self.input_tokens(self.warm_tokens))
        thought = round(output * self.token_calibration.reasoning)
        return Usage(input=sent - cached, cached_input=cached, output=output - thought, reasoning=thought)

    def bill(self, usage: Usage) -> Decimal | None:
        """Dollars for tokens as this model counts them; ``None`` if nobody knows its price."""
        return cost(usage, self.price) if self.price else None

    def cost(self, counted: int, output: int) -> Decimal | None:
        """Dollars for a prompt of so many local tokens and so many output tokens; ``None`` if nobody knows."""
        return self.bill(self.usage(counted, output))
