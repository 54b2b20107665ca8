"""The price list: the packaged one, or a newer one that ``update`` fetched; no network access."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_cache_path

from routerd.domain.model import ModelRef
from routerd.domain.money import Price
from routerd.system.regular_files import read_regular

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice, Provider


@dataclass(frozen=True, slots=True)
class PriceList:
    """Providers by id, the list's source, and its ISO date."""

    providers: Mapping[str, Provider]
    source: str
    checked: str | None

    def find(self, model: ModelRef) -> ModelInfo | None:
        """Finds a model by its provider's name for it, including aliases and dated names."""
        provider, name = model.provider, model.model
        if provider == "litellm" and "/" in name:
            # The proxy bills the price of the provider that its model names begin with.
            provider, _, name = name.partition("/")
        listed = self.providers.get(provider)
        return listed.find_model(name, all_providers=list(self.providers.values())) if listed else None

    def price(self, model: ModelRef, at: datetime) -> Price | None:
        """The price at a moment; ``None`` unless the list has both input and output."""
        found = self.find(model)
        if found is None:
            return self._price_of_maker(model, at) if model.provider in _RESELLERS else None
        price = self._rates(found, found.get_prices(at))
        if price is None:
            return None
        named = ((tier, self._rates(found, prices)) for tier, prices in _of_tiers(found, at).items())
        tiers = tuple((tier, rates) for tier, rates in named if rates is not None)
        same = tuple((tier, price) for tier in _SAME_RATES.get(model.provider, ()))
        return replace(price, tiers=tiers + same)

    def _price_of_maker(self, model: ModelRef, at: datetime) -> Price | None:
        """The price of the same name at its maker, marked as such; its service tiers are the maker's alone."""
        for maker in _MAKERS:
            price = self.price(ModelRef(maker, model.model), at)
            if price is not None:
                return replace(price, source=f"{self.source}, list price of {maker}", tiers=())
        return None

    def _rates(self, found: ModelInfo, prices: ModelPrice) -> Price | None:
        price_in, price_out = _base(prices.input_mtok), _base(prices.output_mtok)
        if price_in is None or price_out is None:
            return None
        return Price(
            price_in,
            price_out,
            cached_input=_base(prices.cache_read_mtok),
            cache_write=_base(prices.cache_write_mtok),
            reasoning=_base(prices.output_reasoning_mtok),
            source=self.source,
            checked=self.checked,
            context=found.context_window,
        )


_RESELLERS = ("n1n",)
"""Gateways that the list does not know and that sell other makers' models by the makers' own names."""
_MAKERS = ("openai", "anthropic", "google", "deepseek", "mistral", "x-ai", "moonshotai", "zai", "minimax", "cohere")
MOST_BYTES = 1 << 26
"""Thirty times the size of today's list."""
_SAME_RATES = {"groq": ("flex",)}
"""Tiers at the ordinary rates. Groq: console.groq.com/docs/flex-processing, "Pricing matches the on-demand tier"."""


def _of_tiers(found: ModelInfo, at: datetime) -> dict[str, ModelPrice]:
    """The rates in force of each service tier; batch is a way of processing in the list, a tier in an answer."""
    known: dict[str, ModelPrice] = {}
    for variant in found.price_variants or ():
        key, name = next(iter(variant.when.items()))
        in_force = variant.constraint is None or variant.constraint.active(at)
        if in_force and len(variant.when) == 1 and key in ("service_tier", "processing"):
            known[name] = found.get_prices(at, variant.when)
    return known


def _base(price: object) -> Decimal | None:
    """The rate; for one that depends on the prompt's length, the first."""
    rate = getattr(price, "base", price)
    return rate if isinstance(rate, Decimal) else None


def fetched_file() -> Path:
    """The path of the fetched list, shared by all daemons of the user."""
    return user_cache_path("routerd", appauthor=False) / "prices.json"


def price_list(path: Path) -> PriceList:
    """The newer of the fetched and the packaged list. Importing the package takes 0.25 s."""
    try:
        modified = path.stat().st_mtime
    except OSError:
        modified = 0.0
    return _loaded(path, modified)


@lru_cache(2)
def _loaded(path: Path, modified: float) -> PriceList:
    from genai_prices import __version__, data  # noqa: PLC0415  # lazy: 0.25 s

    installed = Path(data.__file__).stat().st_mtime
    if modified > installed:
        try:
            providers = parsed(read_regular(path, MOST_BYTES))
        except (OSError, ValueError):
            pass  # A damaged file counts as missing; the next update replaces it.
        else:
            return PriceList(providers, "genai-prices, updated", _day(modified).isoformat())
    providers = {provider.id: provider for provider in data.providers}
    return PriceList(providers, f"genai-prices {__version__}", _newest(providers, _day(installed)))


def parsed(content: bytes) -> Mapping[str, Provider]:
    """Parses a list in the updater's JSON format. Raises ValueError if it cannot be read."""
    try:
        # The updater's own reader: there is no public one for a list that was fetched before.
        from genai_prices.types import _providers_from_raw  # noqa: PLC0415  # lazy: 0.25 s
    except ImportError:
        raise ValueError("this genai-prices has another reader") from None
    try:
        raw = json.loads(content)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return {provider.id: provider for provider in _providers_from_raw(raw)}


def _newest(providers: Mapping[str, Provider], installed: date) -> str | None:
    """The newest start date of any price in the list, as the package itself has no date.

    Dates after the installation are ignored: they belong to prices announced in advance.
    """
    starts = (
        getattr(conditional.constraint, "start_date", None)
        for provider in providers.values()
        for model in provider.models
        if isinstance(model.prices, list)
        for conditional in model.prices
    )
    dates = [start for start in starts if isinstance(start, date) and start <= installed]
    return max(dates).isoformat() if dates else None


def _day(timestamp: float) -> date:
    return datetime.fromtimestamp(timestamp, UTC).date()
