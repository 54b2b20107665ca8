"""Conventions: how the project documents, tests and imports, found in its files.

The place of a project's tests and their framework follow the majority of its existing tests; the documentation style
of a file, the majority of its documentation; the name by which a test imports a module, the project's layout.
"""

from __future__ import annotations

import re
from posixpath import dirname, splitext

from routerd.domain.action import Target
from routerd.domain.document import Document
from routerd.domain.project import Project
from routerd.domain.prompt import Conventions
from routerd.domain.symbol import Outline
from routerd.languages import specs
from routerd.languages.patterns import compiled
from routerd.languages.spec import ModuleNames
from routerd.steps.conventions.in_file import module_name, package_name, reachable
from routerd.steps.conventions.packages import is_test_path, packages
from routerd.steps.conventions.place_of_tests import (
    framework,
    home_of_tests,
    package_of,
    why_no_tests,
)


def conventions(document: Document, target: Target, project: Project) -> Conventions:
    """The project's conventions for this document; the pipeline reads the test file and adds it later."""
    path = project.relative(document.uri)
    test_path = home_of_tests(path, document.language, project, reachable(path, target, project))
    return Conventions(
        path=path,
        root=project.root or document.uri.rpartition("/")[0],
        doc_style=doc_style(document, target.outline),
        test_framework=framework(document.language, project, path),
        test_path=test_path,
        import_name=module_name(path, test_path, document.language, project)
        or import_name(path, document.language, project),
        package=package_name(path, document.language, project),
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
    the name; without any ``__init__.py`` the path from the package's root (or from ``src``) is a namespace package.
    """
    spec = specs().get(language)
    if spec is None or spec.imports.modules is not ModuleNames.PYTHON_PACKAGES:
        return None
    stem, _ = splitext(path)
    parts = stem.split("/")
    if parts[-1] == "__init__":
        parts.pop()
    top = _top_of_package(path, packages(project.files, language).files)
    if top is None and "src" in parts[:-1]:
        top = "/".join(parts[: parts.index("src") + 1])
    elif top is None:
        top = package_of(path, language, project)
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


__all__ = [
    "conventions",
    "doc_style",
    "framework",
    "home_of_tests",
    "import_name",
    "is_test_path",
    "reachable",
    "why_no_tests",
]
