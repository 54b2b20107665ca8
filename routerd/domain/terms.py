"""What one call of a model may cost: an upper bound of its bill, and the longest answer that an amount pays for."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from routerd.domain.money import MILLION, Price

INPUT_BOUND = 1.25
"""Billed input tokens for each token counted here, at most: what 95 of 100 files stay below with the tokenizer that
was measured furthest from o200k (an older Claude's, on 942 Python files)."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How calls of one model are limited for one action. Output tokens include reasoning."""

    price: Price | None
    room: int
    """The limit of the answer where money is no matter: a cut answer costs all and gives nothing."""
    least: int
    """The lowest limit worth asking with: the high end of what the answer is expected to take."""
    input_bound: float = INPUT_BOUND
    excess: float = 1.0
    """The largest bill of this model so far in terms of what had been foreseen for it; 1 where none was above that."""
    limited: bool = True
    """Whether the provider takes a limit of the answer; where it takes none, nothing bounds the bill."""

    def foreseen(self, counted: int, output: int) -> Decimal | None:
        """Dollars for ``counted`` local input and ``output`` tokens at the dearest rates; unknown is ``None``."""
        if self.price is None:
            return None
        return (self._input(counted) + output * self._per_output(self.price)) / MILLION

    def most(self, counted: int, output: int) -> Decimal | None:
        """The same with what this model was seen to bill beyond it: the amount to reserve for a call."""
        foreseen = self.foreseen(counted, output)
        return None if foreseen is None else foreseen * self._excess

    def affords(self, counted: int, amount: Decimal) -> int:
        """The longest answer within ``room``, in tokens, whose call costs ``amount`` dollars at the most."""
        if self.price is None or not (per_output := self._per_output(self.price)):
            return self.room
        rest = amount * MILLION / self._excess - self._input(counted)
        return max(0, min(self.room, int((rest / per_output).to_integral_value(ROUND_FLOOR))))

    @property
    def _excess(self) -> Decimal:
        return Decimal(str(self.excess))

    def _input(self, counted: int) -> Decimal:
        """Millionths of dollars for the input, were none of it served from a cache and all of it written to one."""
        assert self.price is not None
        price = self.price
        dearest = max(rate for rate in (price.input, price.cached_input, price.cache_write) if rate is not None)
        sent = (counted * Decimal(str(self.input_bound))).to_integral_value(ROUND_CEILING)
        return sent * dearest

    @staticmethod
    def _per_output(price: Price) -> Decimal:
        return price.output if price.reasoning is None else max(price.output, price.reasoning)
