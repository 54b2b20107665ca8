"""File command: how the project's own files say that the tests of one file are run; nothing is read or run here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from posixpath import basename, dirname, relpath, splitext

from routerd.domain.project import Project
from routerd.domain.prompt import Conventions
from routerd.domain.test_run import ProjectCommand
from routerd.languages import is_manifest, specs
from routerd.languages.file_commands import FileCommand
from routerd.languages.patterns import compiled
from routerd.languages.spec import Testing


def file_command(language: str, conventions: Conventions, project: Project) -> ProjectCommand | None:
    """The command for the target's test file; ``None`` where the project's files show none.

    The names of the new tests and what their file begins with are put in by ``for_tests``.
    """
    spec, path = specs().get(language), conventions.test_path
    if spec is None or path is None or not project.root:
        return None
    home = _home(path, spec.tests, project)
    for command in spec.tests.commands:
        below = relpath(path, home or ".")
        if conventions.test_framework in command.frameworks and compiled(command.files).search(below):
            if _shows(command, home, project):
                return _filled(command, conventions, below, home)
            return None
    return None


def own_command(words: tuple[str, ...], language: str, conventions: Conventions) -> ProjectCommand | None:
    """The user's own command, which runs in the project's root; ``None`` where the language has no control test."""
    spec = specs().get(language)
    if spec is None or not spec.tests.commands:
        return None
    known = next((one for one in spec.tests.commands if any(one.frameworks[0] in word for word in words)), None)
    filled = _filled(known or spec.tests.commands[0], conventions, conventions.test_path or "", "")
    return ProjectCommand(words, "", filled.control, known.cannot_start if known else (), filled.linked)


def for_tests(command: ProjectCommand, language: str, added: str, whole: str) -> ProjectCommand:
    """The command for tests as they were written: ``added`` is the new text, ``whole`` the test file with it."""
    testing = specs()[language].tests
    found = [name for one in testing.commands for name in compiled(one.names, re.M).findall(added)]
    names = "|".join(dict.fromkeys(found))
    preamble = getattr(testing.merge, "preamble", None)
    first = compiled(preamble, re.M).search(whole) if preamble else None
    return ProjectCommand(
        tuple(word.replace("{names}", names) for word in command.words),
        command.folder,
        command.control.replace("{preamble}", first[0].strip() if first else ""),
        command.cannot_start,
        command.linked,
    )


def _home(path: str, testing: Testing, project: Project) -> str:
    """The folder of the manifest that is nearest above a path; the root where there is none."""
    manifests = [file for file in project.files if basename(file) in testing.manifests]
    around = [dirname(file) for file in manifests if f"{path}".startswith(f"{dirname(file)}/".lstrip("/"))]
    return max(around, key=len, default="")


def _shows(command: FileCommand, home: str, project: Project) -> bool:
    """Whether the project's own files say that the command works: a manifest at its home, or tests of its kind."""
    prefix = f"{home}/".lstrip("/")
    for name, text in project.texts.items():
        near = name.startswith(prefix) and ("/" not in name[len(prefix) :] or not is_manifest(basename(name)))
        if near and compiled(command.sign).search(text) and not compiled(command.unless).search(text):
            return True
    return False


@dataclass(frozen=True, slots=True)
class _Place:
    """What the placeholders stand for that are known before the tests are."""

    below: str
    module: str

    def fill(self, text: str) -> str:
        stem = splitext(basename(self.below))[0]
        known = {"{folder}": dirname(self.below), "{stem}": stem, "{module}": self.module}
        for name, value in known.items():
            text = text.replace(name, value)
        return text


def _filled(command: FileCommand, conventions: Conventions, below: str, home: str) -> ProjectCommand:
    module = conventions.import_name or ""
    importable = all(part.isidentifier() for part in module.split("."))
    place = _Place(below, module if importable else "unittest")
    words = tuple(place.fill(word) for word in command.words)
    return ProjectCommand(words, home, place.fill(command.control), command.cannot_start, command.linked)
