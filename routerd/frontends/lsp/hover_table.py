"""The hover's table, no wider than a narrow terminal, as many editors show it as it stands."""

from __future__ import annotations

import textwrap
from decimal import Decimal

from routerd.domain.defused import defused
from routerd.domain.forecast import Forecast
from routerd.domain.money import dollars, dollars_at_most
from routerd.frontends.shapes import masked_secrets, model_words, passed_over, price_words, refused
from routerd.frontends.table import markdown_table

WIDEST = 76
"""Columns: Neovim's float at 80 has a border and a margin."""
_FIGURES = frozenset((2, 3, 4, 5))
_IN_BRACKETS = "In brackets: what it costs with a key."
_SHORTEST = 8
"""Letters that a model's name keeps at each end together."""


def hover_markdown(forecasts: tuple[Forecast, ...], spent: str, budget: Decimal | None) -> str:
    """One row for each action, and below it what is passed over and what was spent today; markup is defused."""
    limit = f" of {dollars(budget)}" if budget is not None else ""
    table, brief = _fitting(forecasts)
    said = (*refused(forecasts), *masked_secrets(forecasts), *passed_over(forecasts))
    said = (_IN_BRACKETS, *said) if brief and any(one.with_key for one in forecasts) else said
    notes = [line for sentence in said for line in (*textwrap.wrap(sentence, WIDEST), "")]
    return defused("\n".join((*table, "", *notes, f"routerd · spent today: {spent}{limit}")))


def _fitting(forecasts: tuple[Forecast, ...]) -> tuple[list[str], bool]:
    """The widest table that fits, of full words first, then without tiers, and at last with shortened models.

    Also whether its prices are brief.
    """
    for tiers in (True, False):
        for brief in (False, True):
            table = _table(forecasts, tiers, brief)
            if _width(table) <= WIDEST:
                return table, brief
    longest = max(len(model_words(one.estimate.model)) for one in forecasts)
    return _table(forecasts, tiers=False, brief=True, room=longest - (_width(table) - WIDEST)), True


def _table(forecasts: tuple[Forecast, ...], tiers: bool, brief: bool, room: int | None = None) -> list[str]:
    rows = [
        (
            str(one.estimate.action),
            (f"{one.estimate.tier} → " if tiers else "") + _short(model_words(one.estimate.model), room),
            f"{one.estimate.input_tokens:,}",
            f"{one.estimate.output_tokens.likely:,}" if one.estimate.output_tokens.high else "–",
            *_price(one, brief),
        )
        for one in forecasts
    ]
    head = ("action", "tier → model" if tiers else "model", "in", "out", "likely", "at most")
    columns = len(head) if any(row[-1] for row in rows) else len(head) - 1
    return markdown_table(head[:columns], [row[:columns] for row in rows], right=_FIGURES)


def _price(forecast: Forecast, brief: bool) -> tuple[str, str]:
    """The likely price and the most, each in its column; where there are no two amounts, the menu's words."""
    likely, most = forecast.likely, forecast.most
    if forecast.refusal is not None:
        return price_words(forecast), ""
    if brief and forecast.with_key is not None:
        return f"{dollars(likely)} ({dollars(forecast.with_key.cost)})", ""
    if forecast.with_key is None and likely and most is not None:
        return dollars(likely), dollars_at_most(most)
    return price_words(forecast), ""


def _width(table: list[str]) -> int:
    return max(map(len, table))


def _short(name: str, room: int | None) -> str:
    """The name with its middle left out: its end says which of several versions it is."""
    if room is None or len(name) <= (kept := max(room, _SHORTEST)):
        return name
    tail = (kept - 1) // 2
    return f"{name[: kept - 1 - tail]}…{name[len(name) - tail :]}"
