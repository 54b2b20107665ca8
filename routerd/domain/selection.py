"""What paths on a command line stand for: files to work on, and those passed over with the reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SelectedFile:
    """One file that the paths stand for; passed over where ``skipped`` says why."""

    path: str
    """Absolute, in the form of the operating system."""
    skipped: str | None = None
    """A few words that follow "skipped: "; ``None`` for a file to work on."""
