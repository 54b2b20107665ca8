"""Where a project keeps its tests and which framework they use, by a vote of the tests that it has."""

from __future__ import annotations

import re
from functools import lru_cache
from posixpath import dirname, normpath, splitext

from routerd.domain.project import Project
from routerd.languages import source_roots, spec_of
from routerd.languages.spec import Testing

_TEST_NAME = re.compile(r"(^|/)(test_[^/]*|[^/]*(_test|\.test|\.spec|_spec|Test|Tests))\.[a-z]+$")


def is_test_path(path: str) -> bool:
    """Whether a file's own name says that it holds tests."""
    return _TEST_NAME.search(path) is not None


def framework(language: str, project: Project) -> str:
    """The framework whose signs stand in most of the project's manifests and tests, else the usual one."""
    testing = _testing(language)
    if testing is None:
        return ""
    texts = tuple(project.texts.values())
    votes = {
        known.name: sum(any(sign in text for sign in known.signs) for text in texts) for known in testing.frameworks
    }
    return max(votes, key=lambda name: votes[name])


def home_of_tests(path: str, language: str, project: Project) -> str | None:
    """The file that tests of ``path`` belong in; ``None`` for a language without a known convention.

    A test file that exists for this source wins, then the habit that explains most of the project's
    tests, then the language's usual one; a Python file without a project gets its tests beside it,
    where pytest can import it.
    """
    testing = _testing(language)
    if testing is None or is_test_path(path):
        return None
    candidates = [_fill(habit, path, project.files) for habit in testing.habits]
    existing = next((candidate for candidate in candidates if candidate in _set(project.files)), None)
    if existing:
        return existing
    habit = _habit(testing.habits, project.files)
    if habit is None and testing.without_project and not _has_manifest(project, testing.manifests):
        habit = testing.without_project
    return _fill(habit or testing.habits[0], path, project.files)


def _testing(language: str) -> Testing | None:
    spec = spec_of(language)
    return spec.tests if spec else None


def _has_manifest(project: Project, manifests: tuple[str, ...]) -> bool:
    return any(manifest in project.files for manifest in manifests) or any(
        file.startswith(("tests/", "test/")) for file in project.files
    )


@lru_cache(maxsize=64)
def _habit(habits: tuple[str, ...], files: tuple[str, ...]) -> str | None:
    """The habit by which most of the project's test files follow from its source files."""
    tests = {file for file in files if is_test_path(file)}
    sources = [file for file in files if file not in tests]
    votes = {habit: sum(_fill(habit, source, files) in tests for source in sources) for habit in habits}
    best = max(habits, key=lambda habit: votes[habit])
    return best if votes[best] else None


def _fill(habit: str, path: str, files: tuple[str, ...]) -> str:
    stem, extension = splitext(path)
    folder, name = dirname(stem), stem.rpartition("/")[2]
    filled = habit.format(dir=folder, inner=_inner(folder, files), name=name, ext=extension[1:])
    return normpath(filled.lstrip("/"))


def _inner(folder: str, files: tuple[str, ...]) -> str:
    """The folder below the source root and, for Python, below the top package."""
    rest = folder + "/"
    for root in source_roots():
        if rest.startswith(root):
            rest = rest[len(root) :]
            break
    rest = rest.strip("/")
    top = rest.partition("/")[0]
    if top and _is_package(folder[: len(folder) - len(rest)] + top, files):
        rest = rest.partition("/")[2]
    return rest


def _is_package(folder: str, files: tuple[str, ...]) -> bool:
    return folder in _packages(files)


@lru_cache(maxsize=8)
def _set(files: tuple[str, ...]) -> frozenset[str]:
    return frozenset(files)


@lru_cache(maxsize=8)
def _packages(files: tuple[str, ...]) -> frozenset[str]:
    return frozenset(dirname(file) for file in files if file.endswith("/__init__.py"))
