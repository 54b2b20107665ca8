"""What an editor shows before anything is sent: an action with its price, and the hover of a symbol."""

from __future__ import annotations

from dataclasses import dataclass

from routerd.domain.action import ActionSpec, Request
from routerd.domain.forecast import Forecast
from routerd.domain.symbol import Symbol


@dataclass(frozen=True, slots=True)
class PricedAction:
    """An action that applies at a position, with its forecast."""

    spec: ActionSpec
    request: Request
    target: str
    """The target's label, for titles."""
    forecast: Forecast

    @property
    def title(self) -> str:
        """The title of the action, without the price."""
        return self.spec.titled(self.target, self.request.replace)


@dataclass(frozen=True, slots=True)
class HoverInfo:
    """What a hover shows: the symbol and its priced actions."""

    symbol: Symbol
    priced_actions: tuple[PricedAction, ...]
