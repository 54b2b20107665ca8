"""Prices by the user's own word first, field by field, then by the list; and the names that the list knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from difflib import get_close_matches
from functools import cached_property, lru_cache
from pathlib import Path

from routerd.adapters.catalogue.price_list import PriceList, kept_file, price_list
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.money import Price
from routerd.domain.settings import ModelSettings

_FREE = {
    OFFLINE.provider: Price(Decimal(0), Decimal(0), source="built-in"),
    "ollama": Price(Decimal(0), Decimal(0), source="local"),
    "lmstudio": Price(Decimal(0), Decimal(0), source="local"),
}
"""What runs on the user's own machine: no bill comes for it."""

_FREE_VARIANT = ":free"
"""OpenRouter's name for a variant for which no bill comes (its documentation, "model variants")."""

_REMEMBERED = 512
"""Prices kept: a price holds for a minute at least, as time-of-day prices begin on whole minutes."""


class Catalogue:
    """Prices by the user's own word first, field by field, then by the packaged list."""

    def __init__(self, overrides: Mapping[str, ModelSettings] | None = None, kept: Path | None = None) -> None:
        """Overrides are by model name, or by ``provider/model`` which wins; ``kept`` is a fetched price list."""
        self._overrides = overrides or {}
        self._kept = kept or kept_file()
        self._at_minute = lru_cache(_REMEMBERED)(self._look_up)

    @cached_property
    def _list(self) -> PriceList:
        return price_list(self._kept)

    def warm(self) -> None:
        """Load the list, which takes a quarter of a second, ahead of the first price."""
        assert self._list

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
        listed = self._list.providers.get(provider)
        return tuple(model.id for model in listed.models) if listed else ()

    def nearest(self, model: ModelRef) -> ModelRef | None:
        """Another known model of the same provider, not one that is being retired, whose name comes nearest.

        Those that the configuration prices count too: of a gateway that the list does not have, they are all.
        """
        listed = self._list.providers.get(model.provider)
        current = [one.id for one in listed.models if not one.deprecated] if listed else []
        priced = [ref.model for name in self._overrides if (ref := _ref(name)) and ref.provider == model.provider]
        others = [name for name in (*current, *priced) if name != model.model]
        names = get_close_matches(model.model.lower(), others, n=1)
        return ModelRef(model.provider, names[0]) if names else None

    def retired(self, model: ModelRef) -> bool:
        """Whether the list says that the provider is about to switch the model off."""
        found = self._list.find(model)
        return bool(found and found.deprecated)

    def doubt(self, model: ModelRef) -> str | None:
        """A sentence on a model that is being retired, or that its well-known provider does not seem to have."""
        nearest = self.nearest(model)
        instead = f": the nearest known model is {nearest}." if nearest else ": choose another one."
        if self.retired(model):
            return f"{model} is being retired by its provider{instead}"
        if model.provider in self._list.providers and not self.knows(model):
            return f"{self._list.source} knows no {model}{instead}"
        return None

    def _look_up(self, model: ModelRef, at: datetime) -> Price | None:
        said = [self._overrides[name] for name in (model.model, str(model)) if name in self._overrides]
        price = _FREE.get(model.provider) or self._list.price(model, at)
        if model.provider == "openrouter" and model.model.endswith(_FREE_VARIANT):
            price = Price(Decimal(0), Decimal(0), source="openrouter", context=price.context if price else None)
        for settings in said:
            price = _over(price, settings)
        return price


def _ref(name: str) -> ModelRef | None:
    """An override's name as a model of one provider; ``None`` where it is of the model wherever it is served."""
    return ModelRef.parse(name) if "/" in name.strip("/") else None


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
