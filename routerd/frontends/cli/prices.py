"""`routerd prices`: what the models of the tiers cost, who says so and since when; fetches only on request."""

from __future__ import annotations

from typing import Annotated

import typer

from routerd.app.configuration import update_prices
from routerd.app.times import now
from routerd.app.workspace import App
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.money import STALE, Price, dollars
from routerd.frontends.cli import screen
from routerd.frontends.cli.opening import Config, opened
from routerd.frontends.cli.options import AsJson
from routerd.frontends.shapes import Json, money


def prices(
    update: Annotated[bool, typer.Option("--update", help="fetch the newest list first")] = False,
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    """List what the models of your tiers cost, and who says so."""
    if update:
        screen.note(f"The new list knows {update_prices():,} models.")
    with opened(config) as app:
        rows = [(tier, model, app.price(model)) for tier, model in _models(app)]
    if as_json:
        screen.print_json([_shape(tier, model, price) for tier, model, price in rows])
    else:
        _table(rows)
    return 0


def _models(app: App) -> list[tuple[str, ModelRef]]:
    """Each tier's models that can be asked here, else the first that the configuration names."""
    settings, usable = app.settings, app.snapshot.usable
    return [
        (str(tier), model)
        for tier, models in settings.tiers.items()
        for model in [m for m in usable.get(tier, ()) if m != OFFLINE] or models[:1]
    ]


def _shape(tier: str, model: ModelRef, price: Price | None) -> Json:
    return {
        "tier": tier,
        "model": str(model),
        "input": money(price.input) if price else None,
        "output": money(price.output) if price else None,
        "cached_input": money(price.cached_input) if price else None,
        "context": price.context if price else None,
        "source": price.source if price else None,
        "checked": price.checked if price else None,
        "older_than_90_days": price.stale(now().date()) if price else None,
    }


def _table(rows: list[tuple[str, ModelRef, Price | None]]) -> None:
    screen.table(
        ("tier", "model", "source"),
        ("input/M", "output/M", "cached/M", "checked"),
        [_row(tier, model, price) for tier, model, price in rows],
    )
    for model in dict.fromkeys(model for _, model, price in rows if price is None):
        screen.note(f'The price of {model} is unknown: set input and output under [models."{model}"].')
    if any(price and price.stale(now().date()) for _, _, price in rows):
        days = STALE.days
        screen.note(f"Old prices were checked more than {days} days ago: routerd prices --update fetches new ones.")


def _row(tier: str, model: ModelRef, price: Price | None) -> tuple[str, ...]:
    if price is None:
        return tier, str(model), "", "unknown", "unknown", "", ""
    cached = dollars(price.cached_input) if price.cached_input is not None else "–"
    checked = (price.checked or "–") + (" (old)" if price.stale(now().date()) else "")
    return tier, str(model), price.source, dollars(price.input), dollars(price.output), cached, checked
