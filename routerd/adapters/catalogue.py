"""The only door to genai-prices: what a model costs at a moment, and which name a wrong one comes nearest to.

It looks prices up and never fetches them by itself. The library costs a quarter of a second to import,
so it is imported by the first price that the configuration does not give.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.money import Price
from routerd.domain.settings import ModelSettings

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, Provider

_LOCAL = frozenset({"ollama", "lmstudio"})
"""Providers that run on the user's own machine: no bill comes for them."""

_REMEMBERED = 512
"""Prices kept: a price holds for a minute at least, as time-of-day prices begin on whole minutes."""


class Catalogue:
    """Prices by the user's own word first, field by field, then by the packaged list."""

    def __init__(self, overrides: Mapping[str, ModelSettings] | None = None) -> None:
        """Overrides are by model name, or by ``provider/model`` which wins."""
        self._overrides = overrides or {}
        self._at_minute = lru_cache(_REMEMBERED)(self._look_up)

    def warm(self) -> None:
        """Import the list ahead of the first price."""
        _providers()

    def price(self, model: ModelRef, at: datetime) -> Price | None:
        """The price at a moment, or ``None`` where nobody knows.

        Prompts that a provider bills at a higher rate for their sheer length (beyond 100,000 tokens and
        more) are priced at its ordinary rate.
        """
        return self._at_minute(model, at.replace(second=0, microsecond=0))

    def knows(self, model: ModelRef) -> bool:
        """Whether the configuration or the list has a price for the model."""
        return self.price(model, datetime.now(UTC)) is not None

    def known(self, provider: str) -> tuple[str, ...]:
        """The model names that the list has for a provider; empty for a provider that it does not have."""
        listed = _providers().get(provider)
        return tuple(model.id for model in listed.models) if listed else ()

    def nearest(self, model: ModelRef) -> ModelRef | None:
        """The known model of the same provider whose name comes nearest."""
        names = get_close_matches(model.model.lower(), self.known(model.provider), n=1)
        return ModelRef(model.provider, names[0]) if names else None

    def retired(self, model: ModelRef) -> bool:
        """Whether the list says that the provider is about to switch the model off."""
        found = _listed(model)
        return bool(found and found.deprecated)

    def _look_up(self, model: ModelRef, at: datetime) -> Price | None:
        said = [self._overrides[name] for name in (model.model, str(model)) if name in self._overrides]
        listed = _packaged(model, at)
        for settings in said:
            listed = _over(listed, settings)
        return listed


def _over(known: Price | None, said: ModelSettings) -> Price | None:
    """A known price with the user's word over it, field by field; ``None`` as long as a side is missing."""
    if said.input is None and said.output is None:
        return known and _cached_over(known, said)
    price_in = said.input if said.input is not None else known.input if known else None
    price_out = said.output if said.output is not None else known.output if known else None
    if price_in is None or price_out is None:
        return None
    base = known or Price(price_in, price_out)
    base = replace(base, input=price_in, output=price_out, source=said.source, checked=said.checked)
    return _cached_over(base, said)


def _cached_over(known: Price, said: ModelSettings) -> Price:
    return replace(
        known,
        cached_input=known.cached_input if said.cached_input is None else said.cached_input,
        cache_write=known.cache_write if said.cache_write is None else said.cache_write,
        context=known.context if said.context is None else said.context,
    )


def _packaged(model: ModelRef, at: datetime) -> Price | None:
    if model == OFFLINE:
        return Price(Decimal(0), Decimal(0), source="built-in")
    if model.provider in _LOCAL:
        return Price(Decimal(0), Decimal(0), source="local")
    found = _listed(model)
    prices = found.get_prices(at) if found else None
    if found is None or prices is None:
        return None
    price_in, price_out = _base(prices.input_mtok), _base(prices.output_mtok)
    if price_in is None or price_out is None:
        return None
    return Price(
        price_in,
        price_out,
        cached_input=_base(prices.cache_read_mtok),
        cache_write=_base(prices.cache_write_mtok),
        reasoning=_base(prices.output_reasoning_mtok),
        source=_source(),
        checked=_checked(),
        context=found.context_window,
    )


def _base(price: object) -> Decimal | None:
    """The rate, or the first rate of one that rises with the length of the prompt."""
    rate = getattr(price, "base", price)
    return rate if isinstance(rate, Decimal) else None


@lru_cache(_REMEMBERED)
def _listed(model: ModelRef) -> ModelInfo | None:
    providers = _providers()
    provider, name = model.provider, model.model
    if provider == "litellm" and "/" in name:
        # The proxy passes the bill of the provider that its model names begin with.
        provider, _, name = name.partition("/")
    listed = providers.get(provider)
    return listed.find_model(name, all_providers=list(providers.values())) if listed else None


@lru_cache(1)
def _providers() -> Mapping[str, Provider]:
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415  # lazy, see the top of this file

    return {provider.id: provider for provider in get_snapshot().providers}


@lru_cache(1)
def _source() -> str:
    from genai_prices import __version__  # noqa: PLC0415  # lazy

    return f"genai-prices {__version__}"


@lru_cache(1)
def _checked() -> str | None:
    """The newest date on which the list says that a price began.

    The package carries no date of its own; dates after its installation are prices announced ahead.
    """
    from genai_prices import data  # noqa: PLC0415  # lazy

    installed = datetime.fromtimestamp(Path(data.__file__).stat().st_mtime, UTC).date()
    starts = (
        getattr(conditional.constraint, "start_date", None)
        for provider in _providers().values()
        for model in provider.models
        if isinstance(model.prices, list)
        for conditional in model.prices
    )
    dates = [start for start in starts if isinstance(start, date) and start <= installed]
    return max(dates).isoformat() if dates else None
