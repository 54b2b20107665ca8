"""A defect that a check found on a line, before its quote is added."""

from __future__ import annotations

from dataclasses import dataclass, replace

from routerd.domain.finding import Severity


@dataclass(frozen=True, slots=True)
class StaticFinding:
    """Lines count from zero; ``last`` is ``None`` for a defect on one line."""

    line: int
    severity: Severity
    message: str
    rule: str
    instead_of: tuple[str, ...] = ()
    """The linter's rules that report the same defect in fewer words."""
    last: int | None = None
    fix: str | None = None
    """The new text of the lines."""

    def without_fix(self) -> StaticFinding:
        """The same finding without a fix."""
        return replace(self, fix=None)
