"""Expected ways for a step to end that are not faults: accepted, rejected, refused, stale."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answer keeps its contract."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The answer does not keep its contract; the reason goes to the next rung and to the receipt."""

    reason: str
    mechanical: bool = False
    """A slip of form (a stray fence, a missing name) that the same model may mend when told."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """routerd will not send this; the message says why and what to do, in one sentence each."""

    message: str
    code: str = "budget"
    """``budget``, ``price``, ``confirm``, ``ledger``, ``locked``, ``provider``; ``scope``, ``documented``, ``size``,
    ``language``, ``path`` or ``instruction``."""
    short: str = ""
    """The same in a few words for a title: "over today's budget"."""


@dataclass(frozen=True, slots=True)
class Stale:
    """The file changed while the answer was on its way, so that it cannot be applied as it is."""

    reason: str


Verdict = Accepted | Rejected
