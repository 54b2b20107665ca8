"""The name by which a test imports the module under test, from the project's layout."""

from __future__ import annotations

from posixpath import dirname, splitext

from routerd.domain.project import Project
from routerd.languages import specs
from routerd.languages.spec import ModuleNames


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
