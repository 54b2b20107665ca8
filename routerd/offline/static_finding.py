"""A fault that a check found on some line, before it is quoted."""

from __future__ import annotations

from dataclasses import dataclass, replace

from routerd.domain.finding import Severity


@dataclass(frozen=True, slots=True)
class StaticFinding:
    """Lines count from zero; ``last`` is ``None`` for a fault on one line."""

    line: int
    severity: Severity
    message: str
    rule: str
    instead_of: tuple[str, ...] = ()
    """The linter's rules that say the same of this line, in fewer words."""
    last: int | None = None
    fix: str | None = None
    """What the lines should read."""

    def without_fix(self) -> StaticFinding:
        """The same, to be mended by hand."""
        return replace(self, fix=None)
