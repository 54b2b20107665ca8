"""Types shared by the parts of ``gather``: a target with its surroundings, and a snippet without token count."""

from __future__ import annotations

from dataclasses import dataclass

from routerd.domain.action import Target
from routerd.domain.document import Document
from routerd.domain.position import Range


@dataclass(frozen=True, slots=True)
class Piece:
    """A snippet whose tokens are not counted yet."""

    path: str
    text: str
    reason: str
    needed: bool = False
    """Whether it defines a name that the target uses, so that it is sent regardless of the token budget."""


@dataclass(frozen=True, slots=True)
class View:
    """The target in its file."""

    document: Document
    target: Target
    shown: tuple[Range, ...]
    """The ranges that the prompt contains in full."""
    used: frozenset[str]
    """Identifiers that the target uses, without the sigil of attributes (``@name``, ``#name``)."""
    path: str

    def shows(self, span: Range) -> bool:
        """Whether the prompt contains all of a range."""
        return any(piece.covers(span) for piece in self.shown)
