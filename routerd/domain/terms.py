"""Limits of one model call: an upper bound of its bill, and the longest answer that an amount pays for."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from routerd.domain.money import MILLION, Price

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
