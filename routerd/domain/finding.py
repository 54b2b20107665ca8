"""Findings of a review: a message with a quote that anchors it in the file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from routerd.domain.position import Edit, Range


class Severity(StrEnum):
    """Severity in the order of LSP's DiagnosticSeverity."""

    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class RawFinding:
    """A finding as read from a reply; not trusted before it is anchored."""

    quote: str
    """Text that the file must contain; only indent and line ends may differ."""
    severity: Severity
    message: str
    line: int | None = None
    """The line (from zero) that the finding claims; disambiguates a quote that occurs more than once."""
    rule: str | None = None
    fix: str | None = None
    """The replacement for the quote."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding anchored to a range of the file."""

    span: Range
    severity: Severity
    message: str
    rule: str | None = None
    fix: Edit | None = None
