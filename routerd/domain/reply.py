"""What comes back and what it is read as: a model's words, then plain data that no position depends on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from routerd.domain.attempt import Attempt
from routerd.domain.finding import Finding, RawFinding
from routerd.domain.position import Edit
from routerd.domain.text import Text


class Finish(StrEnum):
    """Why the model stopped; everything but ``STOP`` is an answer that was cut."""

    STOP = "stop"
    LENGTH = "length"
    MISSING = "missing"
    FILTERED = "content_filter"


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer of one deployment."""

    text: str
    finish: Finish
    attempt: Attempt
    """What it cost; not yet reported to the Watch, as only the check knows whether it was worth it."""


@dataclass(frozen=True, slots=True)
class DocText:
    """Documentation for one symbol: the words alone, without delimiters or indentation."""

    qualname: str
    text: str


@dataclass(frozen=True, slots=True)
class Documentation:
    """Documentation for some of the target's symbols."""

    docs: tuple[DocText, ...]


@dataclass(frozen=True, slots=True)
class NewTests:
    """A test module, or tests to add to one."""

    code: str


@dataclass(frozen=True, slots=True)
class RawFindings:
    """A review, before its findings are anchored."""

    findings: tuple[RawFinding, ...]


@dataclass(frozen=True, slots=True)
class Markdown:
    """A document for a person."""

    text: str


@dataclass(frozen=True, slots=True)
class Hunk:
    """Replace exactly this text by that; ``path`` is ``None`` for the file that was asked about."""

    search: str
    replace: str
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Hunks:
    """Changes of an existing file, anchored by what stands there."""

    hunks: tuple[Hunk, ...]


Payload = Documentation | NewTests | RawFindings | Markdown | Hunks


@dataclass(frozen=True, slots=True)
class FileChange:
    """Edits of one file, against the text that they were computed for."""

    uri: str
    before: Text
    """Empty for a file that is created."""
    edits: tuple[Edit, ...]
    version: int | None = None
    create: bool = False

    @property
    def after(self) -> Text:
        """The file once the edits are in."""
        return self.before.edited(self.edits)


@dataclass(frozen=True, slots=True)
class Change:
    """What an action would do, all of it: edits of files, findings to show, a document to open."""

    files: tuple[FileChange, ...] = ()
    findings: tuple[Finding, ...] | None = None
    text: Text | None = None
    """The text that the findings' spans are of."""
    dropped_findings: int = 0
    """Findings whose quote does not stand in the file."""
    document: str | None = None


@dataclass(frozen=True, slots=True)
class Unverified:
    """A change that keeps its contract, and why it may only be proposed: the tests that it adds do not pass."""

    change: Change
    reason: str
