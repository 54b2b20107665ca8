"""Expected results of a step that are not exceptions: accepted, rejected, refused, stale."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answer meets its contract."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The answer does not meet its contract; the reason goes to the next candidate and to the receipt."""

    reason: str
    mechanical: bool = False
    """A formal error (a stray fence, a missing name) that the same model may fix when told."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """routerd does not send this; the message says why and what to do, in one sentence each."""

    message: str
    code: str = "budget"
    """``budget``, ``price``, ``confirm``, ``ledger``, ``locked``, ``provider``; ``scope``, ``documented``, ``size``,
    ``language``, ``path`` or ``instruction``."""
    short: str = ""
    """A short form for a title: "over today's budget"."""


@dataclass(frozen=True, slots=True)
class Stale:
    """The file changed while the answer was being generated, so the answer cannot be applied as it is."""

    reason: str


Verdict = Accepted | Rejected
