"""Reads JSON that a client sent, closed by default: what is not known is refused with the name of its field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from routerd.domain.dialect_name import DialectName
from routerd.providers.dialects.rules import Handling, ObjectKeys, RequestField


class NotTranslatableError(ValueError):
    """A request has something that the other dialect cannot say, or that is not known here."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        """The path of the field: ``tools[web_search]``, ``messages.content[input_audio]``."""
        self.reason = reason


class DroppedHints:
    """The names of the hints that a translation leaves out, each once, in the order in which they were met."""

    def __init__(self) -> None:
        self._names: dict[str, None] = {}

    def add(self, name: str) -> None:
        """Note one; a second time changes nothing."""
        self._names[name] = None

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(self._names)


def selected(
    body: Mapping[str, Any], fields: Mapping[str, RequestField], upstream: DialectName, hints: DroppedHints
) -> dict[str, Any]:
    """The fields of a request that its table says are carried or mapped. Raises NotTranslatableError."""
    kept: dict[str, Any] = {}
    for name, value in body.items():
        field = fields.get(name)
        if field is None:
            raise NotTranslatableError(name, f"this field is not known, so it cannot be translated for {upstream}")
        if value is None or any(type(value) is type(one) and value == one for one in field.neutral):
            continue
        rule = field.rules[upstream]
        if rule.handling is Handling.REFUSED:
            raise NotTranslatableError(name, rule.note)
        if rule.handling is Handling.DROPPED:
            hints.add(name)
        else:
            kept[name] = value
    return kept


def keyed(value: object, keys: ObjectKeys, path: str, hints: DroppedHints) -> dict[str, Any]:
    """The keys of a nested object that are read, without nulls. Raises NotTranslatableError."""
    kept: dict[str, Any] = {}
    for name, inner in mapping(value, path).items():
        if inner is None or name in keys.passed_over:
            continue
        if name in keys.dropped:
            hints.add(name)
        elif name in keys.read:
            kept[name] = inner
        else:
            raise NotTranslatableError(f"{path}.{name}", "this field is not known, so it cannot be translated")
    return kept


def mapping(value: object, path: str) -> Mapping[str, Any]:
    """An object. Raises NotTranslatableError."""
    if not isinstance(value, Mapping):
        raise NotTranslatableError(path, "must be an object")
    return value


def sequence(value: object, path: str) -> Sequence[Any]:
    """An array. Raises NotTranslatableError."""
    if not isinstance(value, list):
        raise NotTranslatableError(path, "must be an array")
    return value


def string(value: object, path: str) -> str:
    """A string. Raises NotTranslatableError."""
    if not isinstance(value, str):
        raise NotTranslatableError(path, "must be a string")
    return value


def boolean(value: object, path: str) -> bool:
    """True or false. Raises NotTranslatableError."""
    if not isinstance(value, bool):
        raise NotTranslatableError(path, "must be true or false")
    return value


def number(value: object, path: str) -> float:
    """A number, whole or not. Raises NotTranslatableError."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotTranslatableError(path, "must be a number")
    return value


def whole_number(value: object, path: str) -> int:
    """A whole number. Raises NotTranslatableError."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise NotTranslatableError(path, "must be a whole number")
    return value
