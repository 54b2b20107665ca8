"""An open or saved file at one moment: its address, version, language and text."""

from __future__ import annotations

from dataclasses import dataclass

from routerd.domain.text import Text


@dataclass(frozen=True, slots=True)
class Document:
    """A file as it stood at ``version``; a file on disk that no editor holds has version ``None``."""

    uri: str
    version: int | None
    language: str
    """The LSP language id, lower case: ``python``, ``typescriptreact``, …; ``plaintext`` if unknown."""
    text: Text
