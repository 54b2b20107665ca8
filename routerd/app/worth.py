"""What a folder's or an editor's choice of models is held against: prices at this moment, and the keys at hand."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime

from routerd.adapters import config
from routerd.adapters.catalogue import Catalogue
from routerd.domain.model import ModelRef
from routerd.domain.money import Price
from routerd.domain.settings import Settings


def worth(available: Callable[[Settings], AbstractSet[str]]) -> config.Worth:
    """Prices by the user's own configuration and the price list, which is read on first use."""

    def price(settings: Settings, model: ModelRef) -> Price | None:
        return Catalogue(settings.models).price(model, datetime.now(UTC))

    return config.Worth(price, available)
