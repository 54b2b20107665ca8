"""A file at one moment: its URI, version, language and text."""

from __future__ import annotations

from dataclasses import dataclass

from routerd.domain.text import Text


@dataclass(frozen=True, slots=True)
class Document:
    """A file at ``version``; a file that no editor has open has version ``None``."""

    uri: str
    version: int | None
    language: str
    """The LSP language id, lower case: ``python``, ``typescriptreact``, …; ``plaintext`` if unknown."""
    text: Text
