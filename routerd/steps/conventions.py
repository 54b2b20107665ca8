"""Conventions: how the project documents, tests and imports, found in its files.

The place of a project's tests and their framework follow the majority of its existing tests; the documentation style
of a file, the majority of its documentation; the name by which a test imports a module, the project's layout.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from posixpath import basename, dirname, normpath, splitext

from routerd.domain.action import Target
from routerd.domain.document import Document
from routerd.domain.project import Project
from routerd.domain.prompt import Conventions
from routerd.domain.symbol import Outline
from routerd.languages import source_roots, specs
from routerd.languages.patterns import compiled
from routerd.languages.spec import ModuleNames, Testing

_TEST_NAME = re.compile(r"(^|/)(test_[^/]*|[^/]*(_test|\.test|\.spec|_spec|Test|Tests))\.[a-z]+$")


def conventions(document: Document, target: Target, project: Project) -> Conventions:
    """The project's conventions for this document; the pipeline reads the test file and adds it later."""
    path = project.relative(document.uri)
    return Conventions(
        path=path,
        root=project.root or document.uri.rpartition("/")[0],
        doc_style=doc_style(document, target.outline),
        test_framework=framework(document.language, project),
        test_path=home_of_tests(path, document.language, project),
        import_name=import_name(path, document.language, project),
    )


def doc_style(document: Document, outline: Outline) -> str:
    """The name of the most frequent style in the file's documentation; ``""`` for an unknown language.

    For Python ``google``, ``numpy`` or ``sphinx``, ``google`` by default.
    """
    spec = specs().get(document.language)
    if spec is None:
        return ""
    if not spec.docs.styles:
        return spec.docs.name
    spans = [outline.doc, *(symbol.doc for symbol in outline.symbols)]
    docs = [document.text.slice(span) for span in spans if span is not None]
    votes = {
        style: sum(bool(compiled(sign, re.M).search(doc)) for doc in docs) for style, sign in spec.docs.styles.items()
    }
    best = max(votes, key=lambda style: votes[style])
    return best if votes[best] else spec.docs.name


def import_name(path: str, language: str, project: Project) -> str | None:
    """For Python the dotted module name in a src or flat layout; ``None`` for other languages.

    Packages are the folders upwards that hold an ``__init__.py``. A folder ``src`` is never part of
    the name; without any ``__init__.py`` the path from the root (or from ``src``) is a namespace package.
    """
    spec = specs().get(language)
    if spec is None or spec.imports.modules is not ModuleNames.PYTHON_PACKAGES:
        return None
    stem, _ = splitext(path)
    parts = stem.split("/")
    if parts[-1] == "__init__":
        parts.pop()
    top = _top_of_package(path, frozenset(project.files))
    if top is None and "src" in parts[:-1]:
        top = "/".join(parts[: parts.index("src") + 1])
    if top:
        parts = parts[len(top.split("/")) :]
    return ".".join(parts) or None


def _top_of_package(path: str, files: frozenset[str]) -> str | None:
    """The folder that the outermost package stands in, ``""`` for the root; ``None`` outside any package."""
    folder = dirname(path)
    if f"{folder}/__init__.py".lstrip("/") not in files:
        return None
    while folder and f"{folder}/__init__.py" in files:
        folder = dirname(folder)
    return folder


def is_test_path(path: str) -> bool:
    """Whether a file's name marks it as a test file."""
    return _TEST_NAME.search(path) is not None


def framework(language: str, project: Project) -> str:
    """The framework whose signs occur in most of the project's manifests and tests, else the usual one."""
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
    layout = _layout(project.files)
    candidates = [_fill(habit, path, layout.packages) for habit in testing.habits]
    existing = next((candidate for candidate in candidates if candidate in layout.files), None)
    if existing:
        return existing
    habit = _habit(testing.habits, layout)
    if habit is None and testing.without_project and not _has_manifest(project, testing.manifests):
        habit = testing.without_project
    return _fill(habit or testing.habits[0], path, layout.packages)


def _testing(language: str) -> Testing | None:
    spec = specs().get(language)
    return spec.tests if spec else None


def _has_manifest(project: Project, manifests: tuple[str, ...]) -> bool:
    return any(manifest in project.files for manifest in manifests) or any(
        file.startswith(("tests/", "test/")) for file in project.files
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Layout:
    """What a project's paths show, computed once for each set of files."""

    files: frozenset[str]
    sources: tuple[str, ...]
    tests: frozenset[str]
    test_names: frozenset[str]
    """File names of the tests, without their folders."""
    packages: frozenset[str]
    """Folders that are Python packages."""


@lru_cache(maxsize=8)
def _layout(files: tuple[str, ...]) -> _Layout:
    """Callers pass the result on, as each look-up hashes every path of the project."""
    tests = frozenset(file for file in files if is_test_path(file))
    return _Layout(
        files=frozenset(files),
        sources=tuple(file for file in files if file not in tests),
        tests=tests,
        test_names=frozenset(basename(test) for test in tests),
        packages=frozenset(dirname(file) for file in files if file.endswith("/__init__.py")),
    )


@lru_cache(maxsize=64)
def _habit(habits: tuple[str, ...], layout: _Layout) -> str | None:
    """The naming scheme that derives most of the project's test files from its source files."""
    votes = {habit: _votes(habit, layout) for habit in habits}
    best = max(habits, key=lambda habit: votes[habit])
    return best if votes[best] else None


def _votes(habit: str, layout: _Layout) -> int:
    """The number of sources whose test is where the scheme says; the file name alone rules out most."""
    name_of_test = basename(habit)
    votes = 0
    for source in layout.sources:
        stem, extension = splitext(basename(source))
        if name_of_test.format(name=stem, ext=extension[1:]) in layout.test_names:
            votes += _fill(habit, source, layout.packages) in layout.tests
    return votes


def _fill(habit: str, path: str, packages: frozenset[str]) -> str:
    stem, extension = splitext(path)
    folder, name = dirname(stem), basename(stem)
    filled = habit.format(dir=folder, inner=_inner(folder, packages), name=name, ext=extension[1:])
    return normpath(filled.lstrip("/"))


def _inner(folder: str, packages: frozenset[str]) -> str:
    """The folder below the source root and, for Python, below the top package."""
    rest = folder + "/"
    for root in source_roots():
        if rest.startswith(root):
            rest = rest[len(root) :]
            break
    rest = rest.strip("/")
    top = rest.partition("/")[0]
    if top and folder[: len(folder) - len(rest)] + top in packages:
        rest = rest.partition("/")[2]
    return rest
