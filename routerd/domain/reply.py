"""A model's reply, and the data it is parsed into, which contains no positions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from routerd.domain.attempt import Attempt
from routerd.domain.finding import Finding, RawFinding
from routerd.domain.position import Edit
from routerd.domain.test_run import RanTests
from routerd.domain.text import Text


class Finish(StrEnum):
    """Why the model stopped; everything but ``STOP`` is a truncated answer."""

    STOP = "stop"
    LENGTH = "length"
    MISSING = "missing"
    FILTERED = "content_filter"


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete answer of one deployment."""

    text: str
    finish: Finish
    attempt: Attempt
    """Not yet reported to the Observer, as its status depends on the check."""


@dataclass(frozen=True, slots=True)
class DocText:
    """Documentation for one symbol: plain text without delimiters or indentation."""

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
    """The findings of a review before they are anchored."""

    findings: tuple[RawFinding, ...]


@dataclass(frozen=True, slots=True)
class Markdown:
    """A Markdown document for the user."""

    text: str


@dataclass(frozen=True, slots=True)
class Hunk:
    """Replaces the text ``search`` by ``replace``; ``path`` is ``None`` for the file of the request."""

    search: str
    replace: str
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Hunks:
    """Changes of existing files, anchored by their current text."""

    hunks: tuple[Hunk, ...]


Payload = Documentation | NewTests | RawFindings | Markdown | Hunks


@dataclass(frozen=True, slots=True)
class FileChange:
    """Edits of one file, relative to the text ``before``."""

    uri: str
    before: Text
    """Empty for a new file."""
    edits: tuple[Edit, ...]
    version: int | None = None
    create: bool = False

    @property
    def after(self) -> Text:
        """The text after the edits."""
        return self.before.edited(self.edits)


@dataclass(frozen=True, slots=True)
class Change:
    """The complete effect of an action: edits of files, findings to show, a document to open."""

    files: tuple[FileChange, ...] = ()
    findings: tuple[Finding, ...] | None = None
    text: Text | None = None
    """The text that the findings' ranges refer to."""
    dropped_findings: int = 0
    """The number of findings whose quote is not in the file."""
    document: str | None = None
    ran: RanTests | None = None
    """How the run of its tests ended; ``None`` where they were not run."""


@dataclass(frozen=True, slots=True)
class Unverified:
    """A change that meets its contract but may only be proposed, as the tests that it adds do not pass."""

    change: Change
    reason: str
