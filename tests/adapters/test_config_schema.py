"""What editors are offered for a setting, as JSON schema: right values of it, and nothing that the daemon refuses."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from routerd.adapters.config.kinds import ValueKind
from routerd.adapters.config.schema import ENTRIES

KINDS = {entry.kind.wants: entry.kind for entry in ENTRIES}


def is_a(value: Any, name: str) -> bool:
    kinds = {"string": str, "array": list, "boolean": bool, "integer": int, "number": int | float, "object": dict}
    return isinstance(value, kinds[name]) and (name == "boolean" or not isinstance(value, bool))


def of_type(kind: type, check: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """A word of JSON schema that says something of one type only, and lets every other pass."""
    return lambda value, wanted: not isinstance(value, kind) or check(value, wanted)


CHECKS: dict[str, Callable[[Any, Any], bool]] = {
    "type": lambda value, wanted: any(is_a(value, name) for name in ([wanted] if isinstance(wanted, str) else wanted)),
    "enum": lambda value, wanted: value in wanted,
    "const": lambda value, wanted: value == wanted and type(value) is type(wanted),
    "anyOf": lambda value, wanted: any(conforms(value, one) for one in wanted),
    "pattern": of_type(str, lambda value, wanted: re.search(wanted, value) is not None),
    "minLength": of_type(str, lambda value, wanted: len(value) >= wanted),
    "format": of_type(str, lambda value, wanted: wanted == "date" and bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value))),
    "minimum": lambda value, wanted: value >= wanted,
    "maximum": lambda value, wanted: value <= wanted,
    "exclusiveMinimum": lambda value, wanted: value > wanted,
    "items": of_type(list, lambda value, wanted: all(conforms(one, wanted) for one in value)),
    "minItems": of_type(list, lambda value, wanted: len(value) >= wanted),
    "minProperties": of_type(dict, lambda value, wanted: len(value) >= wanted),
    "maxProperties": of_type(dict, lambda value, wanted: len(value) <= wanted),
    "required": of_type(dict, lambda value, wanted: set(wanted) <= set(value)),
    # With ``additionalProperties: false``, which stands wherever ``properties`` does.
    "properties": of_type(
        dict, lambda value, wanted: all(k in wanted and conforms(v, wanted[k]) for k, v in value.items())
    ),
    "additionalProperties": of_type(
        dict, lambda value, wanted: wanted is False or all(conforms(one, wanted) for one in value.values())
    ),
}
"""As much of JSON schema as the settings use."""


def conforms(value: Any, schema: Mapping[str, Any]) -> bool:
    return all(CHECKS[word](value, wanted) for word, wanted in schema.items())


PROBES: list[Any] = [
    *("", " ", "auto", "logic", "Logic", "5.00", "5", "-1", "1e3", "built-in", "never", "last-resort"),
    *("n1n/gpt-4o", "/", "a/", "/b", "a b/c", "https://x", "https:///x", "ftp://x", "2026-11-01"),
    *(True, False, 0, 1, -1, 0.5, 50, 1e300),
    *([], ["a/b"], [""], ["a/b", ""], ["x", "y"], [1]),
    *({}, {"env": "KEY"}, {"env": ""}, {"env": "A", "keyring": "B"}, {"command": []}, {"command": ["x"]}),
    *({"folder": "x"}, {"folder": ""}, {"provider": "p", "model": "m"}, {"provider": "p", "model": ""}, {"x": 1}),
    *({"tier": "logic", "text": "x"}, [{"tier": "logic", "text": "x"}], [{"tier": "genius", "text": "x"}], [{}]),
]


def taken(kind: ValueKind, value: Any) -> bool:
    try:
        kind.read(value)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.wants)
def test_the_example_of_a_setting_is_offered(kind: ValueKind) -> None:
    example = tomllib.loads(f"value = {kind.example}")["value"]
    assert conforms(json.loads(json.dumps(example, default=str)), kind.schema)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.wants)
def test_nothing_is_offered_that_the_daemon_would_refuse(kind: ValueKind) -> None:
    assert [value for value in PROBES if conforms(value, kind.schema) and not taken(kind, value)] == []
