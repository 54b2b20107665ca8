"""What a review finds: a sentence about lines that are quoted, so that it can be anchored in the file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from routerd.domain.position import Edit, Range


class Severity(StrEnum):
    """How bad it is; the order of LSP's DiagnosticSeverity."""

    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class RawFinding:
    """A finding as a model words it: nothing in it is trusted before it is anchored."""

    quote: str
    """Text that must stand in the file; lines may differ in indent and line ends only."""
    severity: Severity
    message: str
    line: int | None = None
    """The line from zero that the finding claims; a hint where the quote stands more than once."""
    rule: str | None = None
    fix: str | None = None
    """What should stand in place of the quote."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding that stands on lines of the file."""

    span: Range
    severity: Severity
    message: str
    rule: str | None = None
    fix: Edit | None = None
