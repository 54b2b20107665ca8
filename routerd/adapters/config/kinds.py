"""How the value of a setting is read: what it must be, an example of a right one, and the reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from routerd.adapters.config.addresses import address, database, headers
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
    read_hosts,
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
from routerd.domain.ledger_settings import AwayPolicy
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
DATABASE = ValueKind(
    "an address that begins with postgresql:// and holds no password",
    '"postgresql://routerd@db.example.com/routerd"',
    database,
    {"type": "string", "pattern": "^postgresql://"},
    secret=True,
)
AWAY = ValueKind(
    'one of "closed", "local"', '"closed"', lambda value: read_one_of(AwayPolicy, value), _enum(*AwayPolicy)
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
NAMES = ValueKind("a list of names", '["vendor", "third_party"]', read_names, {"type": "array", "items": _NAME})
HOSTS = ValueKind(
    "a list of HOST or HOST:PORT",
    '["ai.example.com"]',
    read_hosts,
    {"type": "array", "items": {"type": "string", "pattern": r"^(\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9.-]{1,253})$"}},
)
COMMAND = ValueKind("a list of words", '["pytest", "-q"]', read_command, _WORDS)
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
