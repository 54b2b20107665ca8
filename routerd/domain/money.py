"""Token usage in disjoint buckets, prices with their source, and exact costs in dollars.

All money is ``Decimal`` in US dollars; prices are dollars per million tokens. Unknown is ``None``, never zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal

MILLION = Decimal(1_000_000)
STALE = timedelta(days=90)
"""Price lists of the large providers changed about every three months in 2025 and 2026 (genai-prices' own dates)."""

ORDINARY_TIERS = ("", "default", "standard", "on_demand")
"""Not named; OpenAI; Anthropic, Google; Groq (its documentation, "Service Tiers")."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one attempt in disjoint buckets, which add up to all tokens."""

    input: int = 0
    """Input tokens not served by a cache."""
    cached_input: int = 0
    cache_write: int = 0
    output: int = 0
    """Visible output tokens."""
    reasoning: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input + other.input,
            self.cached_input + other.cached_input,
            self.cache_write + other.cache_write,
            self.output + other.output,
            self.reasoning + other.reasoning,
        )

    @property
    def all_input(self) -> int:
        """All input tokens, cached or not."""
        return self.input + self.cached_input + self.cache_write

    @property
    def all_output(self) -> int:
        """All output tokens, visible or not."""
        return self.output + self.reasoning


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one model in dollars per million tokens, with its source."""

    input: Decimal
    output: Decimal
    cached_input: Decimal | None = None
    """``None``: no discount is known, so the input price applies."""
    cache_write: Decimal | None = None
    reasoning: Decimal | None = None
    """``None``: reasoning is billed as output, as with nearly all providers."""
    source: str = "config"
    checked: str | None = None
    """ISO date on which the source was last checked."""
    context: int | None = None
    """The model's context window in tokens, input and output together."""
    tiers: tuple[tuple[str, Price], ...] = ()
    """The rates of service tiers, by the names with which providers answer."""

    @property
    def free(self) -> bool:
        """Whether every rate is zero."""
        return not (self.input or self.output)

    def of_tier(self, tier: str) -> Price | None:
        """The rates of the service tier that answered; ``None`` where they are not known."""
        name = tier.lower()
        return self if self.free or name in ORDINARY_TIERS else dict(self.tiers).get(name)

    def stale(self, today: date) -> bool | None:
        """Whether it was checked too long ago; ``None`` if the date is unknown."""
        return None if self.checked is None else today - date.fromisoformat(self.checked) > STALE


def cost(usage: Usage, price: Price) -> Decimal:
    """The exact cost of the usage in dollars."""
    cached = price.input if price.cached_input is None else price.cached_input
    write = price.input if price.cache_write is None else price.cache_write
    reasoning = price.output if price.reasoning is None else price.reasoning
    return (
        usage.input * price.input
        + usage.cached_input * cached
        + usage.cache_write * write
        + usage.output * price.output
        + usage.reasoning * reasoning
    ) / MILLION


def total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum; ``None`` if any amount is unknown."""
    listed = list(amounts)
    known = [amount for amount in listed if amount is not None]
    return sum(known, Decimal(0)) if len(known) == len(listed) else None


def spent_words(known: Decimal | None, unpriced: int) -> str:
    """A sum for display, of which ``unpriced`` parts are at an unknown price: what is known is the least it can be."""
    return f"at least {dollars(known)}" if unpriced and known is not None else dollars(known)


def plain(amount: Decimal) -> str:
    """Formats an exact amount for JSON: no exponent, no trailing zeros."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def dollars(amount: Decimal | None) -> str:
    """Formats an amount for display: two significant digits, ``$0`` for nothing, ``price unknown`` for unknown."""
    if amount is None:
        return "price unknown"
    if amount == 0:
        return "$0"
    sign, size = ("-", -amount) if amount < 0 else ("", amount)
    return f"{sign}${plain_places(size, _places(size))}"


def dollars_at_most(amount: Decimal) -> str:
    """Formats an upper bound for display: as ``dollars``, but rounded up."""
    return f"${plain_places(amount, _places(amount), ROUND_CEILING)}" if amount else "$0"


def _places(size: Decimal) -> int:
    return max(2, 1 - size.adjusted()) if size < 1 else 2


def plain_places(amount: Decimal, positions: int, rounding: str = ROUND_HALF_EVEN) -> str:
    """The amount rounded to ``positions`` decimal places; whole cents keep both digits."""
    text = format(amount.quantize(Decimal(1).scaleb(-positions), rounding), "f")
    whole, _, fraction = text.partition(".")
    while len(fraction) > 2 and fraction.endswith("0"):
        fraction = fraction[:-1]
    return f"{whole}.{fraction}" if fraction else whole
