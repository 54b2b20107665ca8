"""Expected results of a step that are not exceptions: accepted, rejected, refused, stale."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answer meets its contract."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The answer does not meet its contract; the reason goes to the next candidate and to the receipt."""

    reason: str
    mechanical: bool = False
    """A formal error (a stray fence, a missing name) that the same model may fix when told."""


class RefusalCode(StrEnum):
    """Why routerd does not send something, for a program."""

    BUDGET = "budget"
    """It could cost more than the budget of the action, the day or the month has left."""
    PRICE = "price"
    """A budget is set, and the price of the model is unknown."""
    CONFIRM = "confirm"
    """The user did not confirm it."""
    LEDGER = "ledger"
    """A budget is set, and the ledger cannot keep it."""
    LOCKED = "locked"
    """Another program holds the ledger: another try may succeed."""
    PROVIDER = "provider"
    """No provider has a key."""
    TIER = "tier"
    """No tier above the last one has a model."""
    SCOPE = "scope"
    """The action has nothing to work on at this position."""
    DOCUMENTED = "documented"
    """The target is documented already: a rewrite may be requested."""
    SIZE = "size"
    """The file or the prompt is too large."""
    LANGUAGE = "language"
    """The action does not support the language."""
    PATH = "path"
    """The file may not be read or written."""
    MODEL = "model"
    """There is no model of this name."""
    DIALECT = "dialect"
    """No provider of the model offers the API that was asked."""
    INSTRUCTION = "instruction"
    """The user has not said what to do."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """routerd does not send this; the message says why and what to do, in one sentence each."""

    message: str
    code: RefusalCode
    short: str = ""
    """A short form for a title: "over today's budget"."""


@dataclass(frozen=True, slots=True)
class Stale:
    """The file changed while the answer was being generated, so the answer cannot be applied as it is."""

    reason: str


Verdict = Accepted | Rejected
