"""The terms of the field tables: what becomes of a field of one dialect on its way to another, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from routerd.domain.dialect_name import DialectName


class Handling(Enum):
    """What becomes of a field."""

    CARRIED = "carried"
    """The other dialect has it with the same meaning, by this or another name."""
    MAPPED = "mapped"
    """The other dialect has a counterpart that is close, not equal."""
    REFUSED = "refused"
    """It changes what the answer is, and the other dialect has no counterpart: 400 with its name."""
    DROPPED = "dropped"
    """A hint of a client to its own provider: left out, and listed."""


@dataclass(frozen=True, slots=True)
class FieldRule:
    """How one field is handled for one target dialect."""

    handling: Handling
    note: str
    """The counterpart of a field that is carried or mapped; the reason for one that is not."""


@dataclass(frozen=True, slots=True)
class RequestField:
    """One top-level field of a request: a rule for each of the other dialects."""

    rules: Mapping[DialectName, FieldRule]
    neutral: tuple[object, ...] = ()
    """Values that ask for nothing, besides null: passed over without a word."""


@dataclass(frozen=True, slots=True)
class ObjectKeys:
    """The keys of one nested object. Any other key is refused by its name, unless its value is null."""

    read: tuple[str, ...]
    """Carried or mapped."""
    dropped: tuple[str, ...] = ()
    """Hints: left out, and listed."""
    passed_over: tuple[str, ...] = ()
    """Bookkeeping that says nothing to a model: identifiers of items, their state."""


def carried(counterpart: str) -> FieldRule:
    """The other dialect has it by this name."""
    return FieldRule(Handling.CARRIED, counterpart)


def mapped(counterpart: str) -> FieldRule:
    """The other dialect has a counterpart that is close: this one."""
    return FieldRule(Handling.MAPPED, counterpart)


def refused(reason: str) -> FieldRule:
    """The other dialect has none, and the answer would be another: why."""
    return FieldRule(Handling.REFUSED, reason)


def dropped(reason: str) -> FieldRule:
    """The other dialect has none, and the answer stays the same: why."""
    return FieldRule(Handling.DROPPED, reason)


def fields_to(
    first: DialectName, second: DialectName
) -> tuple[Callable[..., RequestField], Callable[..., RequestField], Callable[[str], RequestField]]:
    """What writes the fields of a table towards two dialects: with a rule for each, refused by both, dropped by both.

    ``neutral``: as ``RequestField`` has it.
    """

    def field(to_first: FieldRule, to_second: FieldRule, *neutral: object) -> RequestField:
        return RequestField({first: to_first, second: to_second}, neutral)

    def neither(reason: str, *neutral: object) -> RequestField:
        return field(refused(reason), refused(reason), *neutral)

    def hint(reason: str) -> RequestField:
        return field(dropped(reason), dropped(reason))

    return field, neither, hint
