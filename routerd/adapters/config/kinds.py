"""How the value of a setting is read: what it must be, an example of a right one, and the reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from routerd.adapters.config.addresses import address, headers
from routerd.adapters.config.value_readers import (
    MOST_DIGITS,
    MOST_WHOLE,
    read_alias,
    read_command,
    read_count,
    read_day,
    read_dialect,
    read_dialects,
    read_embedder,
    read_examples,
    read_field,
    read_key,
    read_listen,
    read_models,
    read_money,
    read_names,
    read_one_of,
    read_price,
    read_seconds,
    read_switch,
    read_table,
    read_text,
    read_tier_or_auto,
    read_whole,
)
from routerd.domain.dialect_name import DialectName
from routerd.domain.settings import OfflinePolicy
from routerd.domain.tier import Tier

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class ValueKind:
    """What a setting's value must be. ``read`` raises ValueError, with a reason where one helps."""

    wants: str
    """Completes "must be …"."""
    example: str
    """A right value, as TOML."""
    read: Callable[[object], object]
    schema: Mapping[str, object]
    """How an editor offers it, as JSON schema. It may be narrower than ``read``, never wider."""
    secret: bool = False
    """Whether a wrong value may hold something that must not be shown."""


<<<<<<< HEAD
_MOST_DIGITS = 12
"""Of an amount, before and after the point: 1e999999999 is a number, but no machine can write it out."""


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _money(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise ValueError
    if isinstance(value, str) and len(value) > 3 * _MOST_DIGITS:
        raise ValueError
    try:
        amount = Decimal(str(value).replace("_", ""))
    except InvalidOperation:
        raise ValueError from None
    if not amount.is_finite() or amount < 0 or amount.adjusted() > _MOST_DIGITS:
        raise ValueError
    if -int(amount.as_tuple().exponent) > _MOST_DIGITS:
        raise ValueError
    return amount


_DEAREST = 10_000
"""Dollars per million tokens: ten times what the dearest model ever cost, and the ledger holds a bill at it."""
_MOST_WHOLE = 10**12
"""Requests, tokens or bytes that a setting can mean."""
_HIGHEST_PORT = 65_535


def _price(value: object) -> Decimal:
    price = _money(value)
    if price > _DEAREST:
        raise ValueError(f"at most {_DEAREST}")
    return price


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST_WHOLE:
        raise ValueError
    return value


def _count(value: object) -> int:
    if _whole(value) == 0:
        raise ValueError
    return _whole(value)


def _seconds(value: object) -> float:
    amount = _money(value)
    if isinstance(value, str) or not amount:
        raise ValueError
    return float(amount)


def _switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _one_of(options: type[E], value: object) -> E:
    try:
        return options(str(value))
    except ValueError:
        near = get_close_matches(str(value), list(options), n=1)
        raise ValueError(f'the nearest is "{near[0]}"' if near else "") from None


def _tier_or_auto(value: object) -> Tier | None:
    return None if value == "auto" else _one_of(Tier, value)


def _models(value: object) -> tuple[ModelRef, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not names:
        raise ValueError
    return tuple(ModelRef.parse(_text(name)) for name in names)


def _command(value: object) -> tuple[str, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        raise ValueError
    return tuple(_text(word) for word in value)


def _key(value: object) -> KeySource | None:
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
            return KeySource(command=_command(words))
    raise ValueError


def _field(value: object) -> str | None:
    return None if value is False else _text(value)


def _table(value: object) -> dict[str, object]:
    if not isinstance(value, Mapping):
        raise ValueError
    return {str(key): inner for key, inner in value.items()}


def _examples(value: object) -> tuple[RoutingExample, ...]:
    if not isinstance(value, list):
        raise ValueError
    tables = [_table(one) for one in value]
    if any(set(table) != {"tier", "text"} for table in tables):
        raise ValueError
    return tuple(RoutingExample(_one_of(Tier, t["tier"]), _text(t["text"])) for t in tables)


def _embedder(value: object) -> Embedding:
    match dict(value) if isinstance(value, Mapping) else value:
        case "built-in":
            return Embedding()
        case {"folder": str(folder), **others} if folder and not others:
            return Embedding(folder=folder)
        case {"provider": str(provider), "model": str(model), **others} if provider and model and not others:
            return Embedding(model=ModelRef(provider, model))
    raise ValueError


def _dialect(value: object) -> DialectName:
    name = _one_of(DialectName, value)
    if name is DialectName.RESPONSES:
        raise ValueError
    return name


def _dialects(value: object) -> tuple[DialectName, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError
    return tuple(dict.fromkeys(_one_of(DialectName, name) for name in value))


def _listen(value: object) -> str:
    host, colon, port = _text(value).rpartition(":")
    if not (host and colon and port.isascii() and port.isdigit() and int(port[:6]) <= _HIGHEST_PORT):
        raise ValueError
    return _text(value)


def _alias(value: object) -> str:
    name = _text(value)
    return name if name in (*Tier, "auto") else str(ModelRef.parse(name))


def _day(value: object) -> str:
    return (value if isinstance(value, date) else date.fromisoformat(_text(value))).isoformat()


=======
>>>>>>> main
_TIERS = ", ".join(f'"{tier}"' for tier in Tier)
_POLICIES = ", ".join(f'"{policy}"' for policy in OfflinePolicy)

_TEXT: dict[str, object] = {"type": "string"}
_NAME: dict[str, object] = {"type": "string", "minLength": 1}
_AMOUNT: dict[str, object] = {
    "type": "string",
    "pattern": rf"^[0-9]{{1,{MOST_DIGITS}}}(\.[0-9]{{1,{MOST_DIGITS}}})?$",
}
_PRICE: dict[str, object] = {"type": "string", "pattern": rf"^[0-9]{{1,4}}(\.[0-9]{{1,{MOST_DIGITS}}})?$"}
_MODEL: dict[str, object] = {"type": "string", "pattern": "^[^/]+/."}
_WORDS: dict[str, object] = {"type": "array", "items": _TEXT, "minItems": 1}
_POSITIVE: dict[str, object] = {"type": "number", "exclusiveMinimum": 0, "maximum": 10**MOST_DIGITS}


def _enum(*names: str) -> dict[str, object]:
    return {"type": "string", "enum": list(names)}


def _object(*required: str, **properties: object) -> dict[str, object]:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


TEXT = ValueKind("a text in quotation marks", '"…"', read_text, _TEXT)
MONEY = ValueKind("an amount of dollars that is not negative", '"5.00"', read_money, _AMOUNT)
PRICE = ValueKind("dollars per million tokens", '"0.20"', read_price, _PRICE)
_COUNTED: dict[str, object] = {"type": "integer", "maximum": MOST_WHOLE}
COUNT = ValueKind("a whole number above zero", "500", read_count, _COUNTED | {"minimum": 1})
WHOLE = ValueKind("a whole number", "50", read_whole, _COUNTED | {"minimum": 0})
SECONDS = ValueKind("a number of seconds above zero", "120", read_seconds, _POSITIVE)
SWITCH = ValueKind("true or false", "true", read_switch, {"type": "boolean"})
TIER = ValueKind(f"one of {_TIERS}", '"logic"', lambda value: read_one_of(Tier, value), _enum(*Tier))
TIER_OR_AUTO = ValueKind(f'one of {_TIERS}, or "auto"', '"utility"', read_tier_or_auto, _enum(*Tier, "auto"))
DIALECT = ValueKind('"chat" or "messages"', '"messages"', read_dialect, _enum(DialectName.CHAT, DialectName.MESSAGES))
POLICY = ValueKind(
    f"one of {_POLICIES}", '"last-resort"', lambda value: read_one_of(OfflinePolicy, value), _enum(*OfflinePolicy)
)
MODELS = ValueKind(
    '"provider/model" or a list of them',
    '["n1n/gpt-4o", "openai/gpt-4o"]',
    read_models,
    {"type": ["string", "array"], "pattern": _MODEL["pattern"], "items": _MODEL, "minItems": 1},
)
URL = ValueKind(
    "an address that begins with https:// or http://",
    '"https://api.n1n.ai/v1"',
    address,
    {"type": "string", "pattern": "^https?://[^/?#:]+"},
    secret=True,
)
KEY = ValueKind(
    'where the key is, { env = "NAME" }, { keyring = "NAME" } or { command = ["pass", "show", "n1n"] }',
    '{ env = "N1N_API_KEY" }',
    read_key,
    _object(env=_NAME, keyring=_NAME, command=_WORDS) | {"maxProperties": 1},
    secret=True,
)
_SOURCE = _object(env=_NAME, keyring=_NAME, command=_WORDS) | {"minProperties": 1, "maxProperties": 1}
HEADERS = ValueKind(
    'a table of header names, each with a text or with { env = "NAME" }, { keyring = "NAME" } or { command = […] }',
    '{ api-key = { env = "AZURE_API_KEY" }, x-portkey-provider = "openai" }',
    lambda value: headers(value, read_key),
    {"type": "object", "additionalProperties": {"anyOf": [_NAME, _SOURCE]}},
    secret=True,
)
<<<<<<< HEAD
NAMES = ValueKind("a list of names", '["vendor", "third_party"]', _command, _WORDS)
COMMAND = ValueKind("a list of words", '["pytest", "-q"]', _command, _WORDS)
=======
NAMES = ValueKind("a list of names", '["vendor", "third_party"]', read_names, {"type": "array", "items": _NAME})
COMMAND = ValueKind("a list of words", '["pytest", "-q"]', read_command, _WORDS)
>>>>>>> main
FIELD = ValueKind(
    "the name of a field, or false", '"max_completion_tokens"', read_field, {"anyOf": [_TEXT, {"const": False}]}
)
TABLE = ValueKind("a table", '{ thinking = { type = "disabled" } }', read_table, {"type": "object"}, secret=True)
EXAMPLES = ValueKind(
    "tables with tier and text",
    '[{ tier = "architect", text = "why do these deadlock" }]',
    read_examples,
    {"type": "array", "items": _object("tier", "text", tier=_enum(*Tier), text=_TEXT)},
)
_SERVED = _object("provider", "model", provider=_NAME, model=_NAME)
EMBEDDER = ValueKind(
    '"built-in", { folder = "…" } or { provider = "…", model = "…" }',
    '{ provider = "openai", model = "text-embedding-3-small" }',
    read_embedder,
    {"anyOf": [{"const": "built-in"}, _object("folder", folder=_NAME), _SERVED]},
)
DIALECTS = ValueKind(
    f"a list of {', '.join(chr(34) + name + chr(34) for name in DialectName)}",
    '["chat", "responses"]',
    read_dialects,
    {"type": "array", "items": _enum(*DialectName), "minItems": 1},
)
LISTEN = ValueKind("HOST:PORT", '"127.0.0.1:4310"', read_listen, {"type": "string", "pattern": "^.+:[0-9]{1,5}$"})
ALIAS = ValueKind(
    f'{_TIERS}, "auto" or "provider/model"',
    '"utility"',
    read_alias,
    {"type": "string", "pattern": f"^({'|'.join(Tier)}|auto|[^/]+/.+)$"},
)
DAY = ValueKind("a date", '"2026-11-01"', read_day, {"type": "string", "format": "date"})
