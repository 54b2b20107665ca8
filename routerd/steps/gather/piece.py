"""What the parts of ``gather`` share: a view of the target with its surroundings, and an uncounted snippet."""

from __future__ import annotations

from dataclasses import dataclass

from routerd.domain.action import Target
from routerd.domain.document import Document
from routerd.domain.position import Range


@dataclass(frozen=True, slots=True)
class Piece:
    """A snippet that has not been counted yet."""

    path: str
    text: str
    reason: str
    needed: bool = False
    """It says what a name is that the target uses: sent whatever the action's appetite."""


@dataclass(frozen=True, slots=True)
class View:
    """The target in its file."""

    document: Document
    target: Target
    shown: tuple[Range, ...]
    """What the prompt holds whole."""
    used: frozenset[str]
    """Identifiers that the target uses, without the sign that makes them an object's own (``@name``, ``#name``)."""
    path: str

    def shows(self, span: Range) -> bool:
        """Whether the model sees all of a span in any case."""
        return any(piece.covers(span) for piece in self.shown)
