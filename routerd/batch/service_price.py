"""What items cost at a provider's batch service: the price list's rates of the tier "batch", never a guess."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from routerd.domain.batch import Item, PriceRange
from routerd.domain.batch_service import BATCH_TIER
from routerd.domain.model import ModelRef
from routerd.domain.money import Price
from routerd.domain.ports import Catalogue


def batch_rates(price: Price | None) -> Price | None:
    """The rates of the batch service; ``None`` where they are not known."""
    found = price.of_tier(BATCH_TIER) if price is not None else None
    # Answers of a batch name their tier: these rates are those.
    return None if found is None else replace(found, tiers=((BATCH_TIER, replace(found, tiers=())),))


def batch_share(price: Price | None) -> Decimal | None:
    """The highest part of any ordinary rate that the batch service charges; ``None`` where its rates are not known."""
    rates = batch_rates(price)
    if price is None or rates is None:
        return None
    pairs = [(price.input, rates.input), (price.output, rates.output)]
    pairs += [(price.cached_input or price.input, rates.cached_input or rates.input)]
    pairs += [(price.cache_write or price.input, rates.cache_write or rates.input)]
    return max((batch / ordinary for ordinary, batch in pairs if ordinary), default=Decimal(1))


def at_share(item: Item, share: Decimal) -> Item:
    """An item at a part of its ordinary price."""
    low, likely, high, most = (
        None if amount is None else amount * share for amount in (item.low, item.likely, item.high, item.most)
    )
    return replace(item, low=low, likely=likely, high=high, most=most)


@dataclass(frozen=True, slots=True)
class BatchPrices:
    """The Catalogue port of a question that goes to a batch service: the batch rates of the one model that is asked."""

    catalogue: Catalogue
    model: ModelRef

    def price(self, model: ModelRef, at: datetime) -> Price | None:
        """As the port says."""
        found = self.catalogue.price(model, at)
        return batch_rates(found) if model == self.model else found


@dataclass(frozen=True, slots=True)
class ServicePrice:
    """Items at the batch services of their providers."""

    able: int
    """Items whose provider has a batch service."""
    items: tuple[Item, ...]
    """Those of them whose price there is known, at that price."""
    price: PriceRange
    sources: tuple[str, ...]
    """Who says so, with the date where it is known."""


def service_price(items: Iterable[Item], catalogue: Catalogue, at: datetime) -> ServicePrice:
    """The price of items whose models have known batch rates."""
    shares: dict[ModelRef, tuple[Decimal | None, str]] = {}
    listed, priced = list(items), []
    for item in listed:
        if item.model not in shares:
            found = catalogue.price(item.model, at)
            rates = batch_rates(found)
            said = "" if rates is None else f"{rates.source}{f', {rates.checked}' if rates.checked else ''}"
            shares[item.model] = batch_share(found), said
        share, _ = shares[item.model]
        if share is not None:
            priced.append(at_share(item, share))
    sources = tuple(dict.fromkeys(said for _, said in shares.values() if said))
    return ServicePrice(len(listed), tuple(priced), PriceRange.of(priced), sources)
