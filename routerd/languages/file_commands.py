"""How the tests of one file are run: what each language declares, beside its frameworks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCommand:
    """How the tests of one file are run, where a project's own files show that they are run so.

    ``words`` and ``control`` may hold ``{file}`` (relative to the manifest's folder), ``{folder}``, ``{stem}``,
    ``{names}`` (of the new tests), ``{module}`` (the target's import name) and ``{preamble}`` (of the new test file);
    ``{file}`` and ``{python}`` stay for the runner.
    """

    frameworks: tuple[str, ...]
    """The frameworks whose tests it runs."""
    sign: str
    """What a manifest or a test of the project holds where the command works."""
    unless: str
    """What the same text holds where it does not, such as a placeholder."""
    files: str
    """The test files that it can run, by their path below the manifest's folder."""
    words: tuple[str, ...]
    names: str
    """The name of a test, the only group, where the command chooses by names."""
    control: str
    """A test file that passes wherever tests can start at all."""
    cannot_start: tuple[int, ...]
    """Exit codes by which the runner says that it ran no test."""
    linked: tuple[str, ...]
    """Folders of installed packages, which projects ignore and tests need."""
