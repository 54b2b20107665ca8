"""The origin of a request: the frontend, client, session and project that it came from; unknown is ``None``."""

from __future__ import annotations

from dataclasses import dataclass, fields

_LONGEST = 200
"""Characters of one name: it comes from outside and is stored with each attempt."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Written to the ledger with each attempt, and never part of a prompt."""

    frontend: str = "editor"
    """``editor``, ``terminal``, or another frontend's name."""
    client: str | None = None
    """The name that the client gives itself, such as LSP's ``clientInfo.name``."""
    session: str | None = None
    """The connection or conversation; ``budget.session`` limits what is spent in one."""
    turn: str | None = None
    """One exchange of a conversation, which may take several requests."""
    agent: str | None = None
    """The part of the client that asked, such as a subagent."""
    project: str | None = None
    """Counts only where the ledger that books the attempt belongs to no project."""
    person: str | None = None
    """Whose budget it counts against; ``None``: that of whoever the ledger belongs to."""
    team: str | None = None
    """The same for the team."""

    def __post_init__(self) -> None:
        for field in fields(self):
            object.__setattr__(self, field.name, _bounded(getattr(self, field.name)))


def _bounded(name: str | None) -> str | None:
    """A name that any database can store and a terminal can show; an empty one is unknown."""
    plain = (name or "")[:_LONGEST].encode("utf-8", "replace").decode()
    return "".join(one if one.isprintable() else "?" for one in plain).strip() or None
