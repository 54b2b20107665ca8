"""The forecast of an action: the models it would ask, the limits of each call, and what it would cost if run now."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from routerd.domain.acceptance import Acceptance
from routerd.domain.model import ModelRef
from routerd.domain.money import MILLION, Price
from routerd.domain.quote import Estimate
from routerd.domain.stakes import Choice
from routerd.domain.tier import Tier
from routerd.domain.verdict import Refusal

INPUT_BOUND = 1.25
"""The highest ratio of billed to counted input tokens: 95 % of files stay below it with the tokenizer measured
furthest from o200k (an older Claude's, on 942 Python files)."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Limits of the calls of one model for one action. Output tokens include reasoning."""

    price: Price | None
    max_output: int
    """The limit of the answer without a budget; generous, as a truncated answer is billed in full and useless."""
    least: int
    """The lowest limit worth asking with: the high end of the expected output."""
    input_bound: float = INPUT_BOUND
    excess: float = 1.0
    """The largest ratio of this model's bills to their highest estimate; 1 if no bill exceeded its estimate."""
    limited: bool = True
    """Whether the provider accepts a limit of the answer; if not, the bill has no bound."""

    def estimated(self, counted: int, output: int) -> Decimal | None:
        """Dollars for ``counted`` local input and ``output`` tokens at the highest rates; unknown is ``None``."""
        if self.price is None:
            return None
        return (self._input(counted) + output * self._per_output(self.price)) / MILLION

    def most(self, counted: int, output: int) -> Decimal | None:
        """The same times ``excess``: the amount to reserve for a call."""
        estimated = self.estimated(counted, output)
        return None if estimated is None else estimated * self._excess

    def affords(self, counted: int, amount: Decimal) -> int:
        """The longest answer within ``max_output``, in tokens, whose call costs at most ``amount`` dollars."""
        if self.price is None or not (per_output := self._per_output(self.price)):
            return self.max_output
        rest = amount * MILLION / self._excess - self._input(counted)
        return max(0, min(self.max_output, int((rest / per_output).to_integral_value(ROUND_FLOOR))))

    @property
    def _excess(self) -> Decimal:
        return Decimal(str(self.excess))

    def _input(self, counted: int) -> Decimal:
        """Millionths of dollars for the input if no cache serves it and all of it is written to one."""
        assert self.price is not None
        price = self.price
        dearest = max(rate for rate in (price.input, price.cached_input, price.cache_write) if rate is not None)
        sent = (counted * Decimal(str(self.input_bound))).to_integral_value(ROUND_CEILING)
        return sent * dearest

    @staticmethod
    def _per_output(price: Price) -> Decimal:
        return price.output if price.reasoning is None else max(price.output, price.reasoning)


@dataclass(frozen=True, slots=True)
class Quote:
    """One model of the chain with its estimate, its terms and its acceptance rate."""

    estimate: Estimate
    terms: Terms
    acceptance: Acceptance


@dataclass(frozen=True, slots=True)
class PricedCandidate:
    """One configured model of the action with its price."""

    model: ModelRef
    tier: Tier
    cost: Decimal | None
    """The likely price of one answer in dollars; unknown is ``None``."""
    accepted: float | None
    """The expected acceptance rate, in [0, 1]; ``None`` for the built-in engine."""
    skipped: str | None
    """Why it will not be asked; ``None`` if it may be asked."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """The result of planning, after admission. Unknown is ``None``; amounts in dollars."""

    estimate: Estimate
    """The estimate of the model that is asked first; if nothing may be sent, of the first configured model."""
    expected: Decimal | None
    """The expected price of the action with retries and escalation."""
    most: Decimal | None
    """The upper bound of the action's bill under the current settings."""
    candidates: tuple[PricedCandidate, ...]
    """In the order in which they are tried."""
    refusal: Refusal | None = None
    """Why nothing may be sent; ``None`` if the action may run."""
    choice: Choice | None = None
    """Why these candidates are asked; ``None`` where the user chose, or only the built-in engine can be asked."""
    with_key: PricedCandidate | None = None
    """The first configured paid model, where no model of the action has a key; else ``None``."""
    masked: tuple[str, ...] = ()
    """The kind of each secret that the prompt contains a placeholder for."""

    @property
    def likely(self) -> Decimal | None:
        """The price for display: of the action, else of its first answer."""
        if self.expected is not None or self.estimate.cost is None:
            return self.expected
        return self.estimate.cost.likely

    @property
    def passed_over(self) -> tuple[PricedCandidate, ...]:
        """The skipped candidates before the one that is asked first."""
        models = [candidate.model for candidate in self.candidates]
        before = models.index(self.estimate.model) if self.estimate.model in models else 0
        return tuple(candidate for candidate in self.candidates[:before] if candidate.skipped)
