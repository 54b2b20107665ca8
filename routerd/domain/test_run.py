"""Running the tests of an answer: the command, and how the run ended; only ``FAILED`` and ``SURVIVED`` count."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class EndOfTests(StrEnum):
    """How the run of an answer's tests ended."""

    PASSED = "passed"
    FAILED = "failed"
    """They fail where the project's own tests start: the answer is wrong."""
    SURVIVED = "survived"
    """They pass, and they pass as well with each of several faults in what they test: they check nothing."""
    NOT_STARTED = "not started"
    """The project's tests do not start without the answer's either, so nothing is known of the answer."""
    TIMED_OUT = "timed out"
    """They did not end in time, so nothing is known of the answer."""


@dataclass(frozen=True, slots=True)
class ProjectCommand:
    """The command that runs the tests of one file, in a copy of the project."""

    words: tuple[str, ...]
    """``{file}`` stands for the test file, ``{python}`` for the project's interpreter."""
    folder: str
    """The folder that it runs in, relative to the project's root; ``""`` for the root."""
    control: str
    """A test file that passes wherever tests of the target can start at all."""
    cannot_start: tuple[int, ...] = ()
    """Exit codes by which the runner says that it did not run any test."""
    linked: tuple[str, ...] = ()
    """Ignored folders that the copy has links into."""

    @property
    def shown(self) -> str:
        """The command as a person types it, for questions and messages."""
        return re.sub(r"^\{(\w+)\}", r"\1", " ".join(self.words))


@dataclass(frozen=True, slots=True)
class RanTests:
    """The end of a run and its reason, whose first line is for a person and whose rest is the runner's output."""

    end: EndOfTests
    reason: str = ""

    @property
    def against(self) -> bool:
        """Whether the run counts against the answer."""
        return self.end in (EndOfTests.FAILED, EndOfTests.SURVIVED)
