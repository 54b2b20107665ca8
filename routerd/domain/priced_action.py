"""What an editor shows before anything is sent: an action at a place with its price, and a symbol's whole card."""

from __future__ import annotations

from dataclasses import dataclass

from routerd.domain.action import ActionSpec, Request
from routerd.domain.forecast import Forecast
from routerd.domain.symbol import Symbol


@dataclass(frozen=True, slots=True)
class PricedAction:
    """An action that makes sense at a place, with what it should cost."""

    spec: ActionSpec
    request: Request
    target: str
    """The target's label, for titles."""
    forecast: Forecast

    @property
    def title(self) -> str:
        """What would be done to what, without the price."""
        return self.spec.titled(self.target, self.request.replace)


@dataclass(frozen=True, slots=True)
class HoverInfo:
    """What a hover shows: the symbol and its offers."""

    symbol: Symbol
    priced_actions: tuple[PricedAction, ...]
