"""Work over many files: its items, which are identified by what is asked about what, and their states."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from routerd.domain.model import ModelRef
from routerd.domain.money import total
from routerd.domain.tier import Tier


class ItemState(StrEnum):
    """How far an item is; ``planned``, ``refused`` and ``failed`` items are asked by the next run."""

    PLANNED = "planned"
    SUBMITTED = "submitted"
    """It is part of a provider's batch that has not been collected."""
    RECEIVED = "received"
    """Its answer came back from a provider's batch and is stored; it has not been checked yet."""
    DONE = "done"
    """Its answer kept the contract, and is stored until it is applied."""
    PROPOSED = "proposed"
    """Its answer keeps the contract but must be looked at first, with the reason."""
    REFUSED = "refused"
    """No tier gave an answer that keeps the contract."""
    FAILED = "failed"
    """No answer arrived."""
    APPLIED = "applied"

    @property
    def open(self) -> bool:
        """Whether a run works on it."""
        return self in (ItemState.PLANNED, ItemState.RECEIVED, ItemState.REFUSED, ItemState.FAILED)


@dataclass(frozen=True, slots=True)
class Item:
    """One action on one file, as it was planned."""

    id: str
    """The hash of action, prompt version, path, file and symbol; also its ``custom_id`` at a provider."""
    path: str
    """Below the batch's root, with forward slashes."""
    symbol: str
    """The qualified name of the target; empty for the whole file."""
    label: str
    """The target for people: "3 symbols in `shop.py`"."""
    text: str
    """The hash of the file's text, under which the text is stored."""
    tier: Tier
    model: ModelRef
    input_tokens: int
    low: Decimal | None
    likely: Decimal | None
    high: Decimal | None
    most: Decimal | None
    """Dollars; ``None`` where a price is unknown."""
    state: ItemState = ItemState.PLANNED
    message: str = ""
    cost: Decimal | None = Decimal(0)
    """Dollars that its attempts cost so far; ``None`` where the price of one is unknown."""
    wave: int = 1


@dataclass(frozen=True, slots=True)
class Passed:
    """A file that is not worked on, with the reason in a few words."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class PriceRange:
    """The price of several items in dollars; ``None`` where a price is unknown."""

    low: Decimal | None
    likely: Decimal | None
    high: Decimal | None
    most: Decimal | None

    @classmethod
    def of(cls, items: Iterable[Item]) -> PriceRange:
        """The sums over items."""
        listed = list(items)
        return cls(
            total(item.low for item in listed),
            total(item.likely for item in listed),
            total(item.high for item in listed),
            total(item.most for item in listed),
        )


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """What a run would do: its items, done ones included, and what is passed over."""

    id: str
    action: str
    items: tuple[Item, ...]
    passed: tuple[Passed, ...]
    cap: Decimal | None = None
    """Dollars that the user allows; ``None``: no limit of its own."""
    exact: int | None = None
    """Items whose prompt was composed for the price; the others' sizes are estimated from theirs."""

    @property
    def open(self) -> tuple[Item, ...]:
        """The items that would be asked."""
        return tuple(item for item in self.items if item.state.open)

    @property
    def price(self) -> PriceRange:
        """The price of the open items, ``most`` within the cap."""
        price = PriceRange.of(item for item in self.open if item.state is not ItemState.RECEIVED)
        if self.cap is None:
            return price
        most = self.cap if price.most is None else min(price.most, self.cap)
        return PriceRange(price.low, price.likely, price.high, most)
