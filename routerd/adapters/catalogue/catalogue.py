"""The Catalogue port: the user's own prices, field by field, then the price list's; and the names in the list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from difflib import get_close_matches
from functools import cached_property, lru_cache
from pathlib import Path

from routerd.adapters.catalogue.price_list import PriceList, fetched_file, price_list
from routerd.domain.batch_service import BATCH_TIER
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.money import Price
from routerd.domain.settings import ModelSettings

_FREE = {
    OFFLINE.provider: Price(Decimal(0), Decimal(0), source="built-in"),
    "ollama": Price(Decimal(0), Decimal(0), source="local"),
    "lmstudio": Price(Decimal(0), Decimal(0), source="local"),
}
"""Providers on the user's own machine, which bill nothing."""

_FREE_VARIANT = ":free"
"""OpenRouter's name for a variant for which no bill comes (its documentation, "model variants")."""

_REMEMBERED = 512
"""The number of cached prices: each is valid for a minute, as time-of-day prices begin on whole minutes."""


class Catalogue:
    """Looks up prices: the user's own, field by field, then the packaged list's."""

    def __init__(self, overrides: Mapping[str, ModelSettings] | None = None, fetched: Path | None = None) -> None:
        """Overrides are by model name, or by ``provider/model``, which wins; ``fetched`` is a price list's path."""
        self._overrides = overrides or {}
        self._fetched = fetched or fetched_file()
        self._at_minute = lru_cache(_REMEMBERED)(self._look_up)

    @cached_property
    def _list(self) -> PriceList:
        return price_list(self._fetched)

    def warm(self) -> None:
        """Loads the list before the first price is needed; takes 0.25 s."""
        assert self._list

    def price(self, model: ModelRef, at: datetime) -> Price | None:
        """The price at a moment; unknown is ``None``.

        The ordinary rate also applies to prompts that a provider bills at a higher rate for their length (more than
        100,000 tokens).
        """
        return self._at_minute(model, at.replace(second=0, microsecond=0))

    def knows(self, model: ModelRef) -> bool:
        """Whether the configuration or the list has a price for the model."""
        return self.price(model, datetime.now(UTC)) is not None

    def known(self, provider: str) -> tuple[str, ...]:
        """The list's model names of a provider; empty for an unknown provider."""
        listed = self._list.providers.get(provider)
        return tuple(model.id for model in listed.models) if listed else ()

    def nearest(self, model: ModelRef) -> ModelRef | None:
        """The known model of the same provider with the most similar name, without models that are being retired.

        Models priced in the configuration count too: for a gateway outside the list they are the only ones.
        """
        listed = self._list.providers.get(model.provider)
        current = [one.id for one in listed.models if not one.deprecated] if listed else []
        priced = [ref.model for name in self._overrides if (ref := _ref(name)) and ref.provider == model.provider]
        others = [name for name in (*current, *priced) if name != model.model]
        names = get_close_matches(model.model.lower(), others, n=1)
        return ModelRef(model.provider, names[0]) if names else None

    def retired(self, model: ModelRef) -> bool:
        """Whether the list marks the model as being retired."""
        found = self._list.find(model)
        return bool(found and found.deprecated)

    def warning(self, model: ModelRef) -> str | None:
        """A warning about a model that is being retired, or that the list does not contain for its known provider."""
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
    """Parses an override's name as a provider's model; ``None`` if it applies to the model at every provider."""
    return ModelRef.parse(name) if "/" in name.strip("/") else None


def _over(known: Price | None, said: ModelSettings) -> Price | None:
    """A known price overridden field by field; ``None`` if input or output is missing."""
    if said.input is None and said.output is None:
        return known and _cached_over(known, said)
    price_in = said.input if said.input is not None else known.input if known else None
    price_out = said.output if said.output is not None else known.output if known else None
    if price_in is None or price_out is None:
        return None
    base = known or Price(price_in, price_out)
    # The list's rates of service tiers belong to the list's ordinary rates, not to the user's.
    base = replace(base, input=price_in, output=price_out, source=said.source, checked=said.checked, tiers=())
    return _cached_over(base, said)


def _cached_over(known: Price, said: ModelSettings) -> Price:
    tiers = known.tiers
    if said.batch_input is not None and said.batch_output is not None:
        batch = Price(said.batch_input, said.batch_output, source=said.source, checked=said.checked)
        tiers = (*(one for one in tiers if one[0] != BATCH_TIER), (BATCH_TIER, batch))
    return replace(
        known,
        tiers=tiers,
        cached_input=known.cached_input if said.cached_input is None else said.cached_input,
        cache_write=known.cache_write if said.cache_write is None else said.cache_write,
        context=known.context if said.context is None else said.context,
    )
