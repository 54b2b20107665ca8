"""Reads the value of a setting: from what TOML or an editor gave to the type that routerd uses, or ValueError."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeVar

from routerd.domain.dialect_name import DialectName
from routerd.domain.key_source import KeySource
from routerd.domain.model import ModelRef
from routerd.domain.settings import Embedding, RoutingExample
from routerd.domain.tier import Tier

E = TypeVar("E", bound=StrEnum)


MOST_DIGITS = 12
"""Of an amount, before and after the point: 1e999999999 is a number, but no machine can write it out."""


def read_text(value: object) -> str:
    """A text."""
    if not isinstance(value, str):
        raise ValueError
    return value


def read_money(value: object) -> Decimal:
    """Dollars, not negative, exact."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise ValueError
    if isinstance(value, str) and len(value) > 3 * MOST_DIGITS:
        raise ValueError
    try:
        amount = Decimal(str(value).replace("_", ""))
    except InvalidOperation:
        raise ValueError from None
    if not amount.is_finite() or amount < 0 or amount.adjusted() > MOST_DIGITS:
        raise ValueError
    if -int(amount.as_tuple().exponent) > MOST_DIGITS:
        raise ValueError
    return amount


DEAREST = 10_000
"""Dollars per million tokens: ten times what the dearest model ever cost, and the ledger holds a bill at it."""
MOST_WHOLE = 10**12
"""Requests, tokens or bytes that a setting can mean."""
HIGHEST_PORT = 65_535


def read_price(value: object) -> Decimal:
    """Dollars per million tokens."""
    price = read_money(value)
    if price > DEAREST:
        raise ValueError(f"at most {DEAREST}")
    return price


def read_whole(value: object) -> int:
    """A whole number, zero included."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_WHOLE:
        raise ValueError
    return value


def read_count(value: object) -> int:
    """A whole number above zero."""
    if read_whole(value) == 0:
        raise ValueError
    return read_whole(value)


def read_seconds(value: object) -> float:
    """Seconds above zero."""
    amount = read_money(value)
    if isinstance(value, str) or not amount:
        raise ValueError
    return float(amount)


def read_switch(value: object) -> bool:
    """Yes or no."""
    if not isinstance(value, bool):
        raise ValueError
    return value


def read_one_of(options: type[E], value: object) -> E:
    """A member of an enum; the error names the nearest."""
    try:
        return options(str(value))
    except ValueError:
        near = get_close_matches(str(value), list(options), n=1)
        raise ValueError(f'the nearest is "{near[0]}"' if near else "") from None


def read_tier_or_auto(value: object) -> Tier | None:
    """A tier; ``None`` for ``auto``."""
    return None if value == "auto" else read_one_of(Tier, value)


def read_models(value: object) -> tuple[ModelRef, ...]:
    """One model or several, each as ``provider/model``."""
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not names:
        raise ValueError
    return tuple(ModelRef.parse(read_text(name)) for name in names)


def read_names(value: object) -> tuple[str, ...]:
    """Names of files or folders, none of them empty."""
    if not isinstance(value, list) or not all(isinstance(one, str) and one.strip("/ ") for one in value):
        raise ValueError
    return tuple(value)


def read_command(value: object) -> tuple[str, ...]:
    """A program and its arguments."""
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        raise ValueError
    return tuple(read_text(word) for word in value)


def read_key(value: object) -> KeySource | None:
    """Where a key is, never the key; ``None`` for none."""
    if isinstance(value, str):
        raise ValueError("a key itself never stands in a configuration")
    if not isinstance(value, Mapping) or len(value) > 1:
        raise ValueError
    if not value:
        return None
    match dict(value):
        case {"env": str(name)} if name:
            return KeySource(env=name)
        case {"keyring": str(name)} if name:
            return KeySource(keyring=name)
        case {"command": words}:
            return KeySource(command=read_command(words))
    raise ValueError


def read_field(value: object) -> str | None:
    """A field's name; ``None`` for ``false``."""
    return None if value is False else read_text(value)


def read_table(value: object) -> dict[str, object]:
    """A table of any content."""
    if not isinstance(value, Mapping):
        raise ValueError
    return {str(key): inner for key, inner in value.items()}


def read_examples(value: object) -> tuple[RoutingExample, ...]:
    """Instructions with their tiers."""
    if not isinstance(value, list):
        raise ValueError
    tables = [read_table(one) for one in value]
    if any(set(table) != {"tier", "text"} for table in tables):
        raise ValueError
    return tuple(RoutingExample(read_one_of(Tier, t["tier"]), read_text(t["text"])) for t in tables)


def read_embedder(value: object) -> Embedding:
    """Where sentences are embedded."""
    match dict(value) if isinstance(value, Mapping) else value:
        case "built-in":
            return Embedding()
        case {"folder": str(folder), **others} if folder and not others:
            return Embedding(folder=folder)
        case {"provider": str(provider), "model": str(model), **others} if provider and model and not others:
            return Embedding(model=ModelRef(provider, model))
    raise ValueError


def read_dialect(value: object) -> DialectName:
    """A dialect that actions can be asked in."""
    name = read_one_of(DialectName, value)
    if name is DialectName.RESPONSES:
        raise ValueError
    return name


def read_dialects(value: object) -> tuple[DialectName, ...]:
    """The dialects that a provider speaks."""
    if not isinstance(value, list) or not value:
        raise ValueError
    return tuple(dict.fromkeys(read_one_of(DialectName, name) for name in value))


def read_listen(value: object) -> str:
    """An address and a port."""
    host, colon, port = read_text(value).rpartition(":")
    if not (host and colon and port.isascii() and port.isdigit() and int(port[:6]) <= HIGHEST_PORT):
        raise ValueError
    return read_text(value)


_HOST = re.compile(r"(\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9.-]{1,253})(?::([0-9]{1,5}))?", re.ASCII)


def read_hosts(value: object) -> tuple[str, ...]:
    """Hosts, each with its port or without one, as a request's Host header has them."""
    if not isinstance(value, list):
        raise ValueError
    for one in value:
        found = _HOST.fullmatch(read_text(one))
        if found is None or int(found[2] or 1) not in range(1, HIGHEST_PORT + 1):
            raise ValueError
    return tuple(read_text(one).lower() for one in value)


def read_alias(value: object) -> str:
    """A tier, ``auto`` or a model, as text."""
    name = read_text(value)
    return name if name in (*Tier, "auto") else str(ModelRef.parse(name))


def read_day(value: object) -> str:
    """A date, as ISO 8601."""
    return (value if isinstance(value, date) else date.fromisoformat(read_text(value))).isoformat()
