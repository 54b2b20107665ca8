"""The languages, one declarative file each: adding a language is adding one file here and its grammar's wheel.

A language without a file is not among ``specs()``, which every caller handles, and handles closed.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from types import MappingProxyType

from routerd.languages.spec import LanguageSpec, Tree
from routerd.languages.texts import TEXTS

UNKNOWN = "plaintext"
"""The LSP language id of a text in no known language."""
_NOT_LANGUAGES = frozenset(
    ("file_commands", "inside", "pragmas", "node", "patterns", "shared", "spec", "tags", "texts")
)


@cache
def specs() -> Mapping[str, LanguageSpec]:
    """Every language by its LSP id: each module of this folder declares one, or a few that are alike, as ``SPECS``."""
    names = [found.name for found in pkgutil.iter_modules(__path__) if found.name not in _NOT_LANGUAGES]
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    return MappingProxyType({spec.id: spec for module in modules for spec in module.SPECS})


def has_tree(language: str, tree: Tree) -> bool:
    """Whether a language's own parser is this one; never for an unknown language."""
    spec = specs().get(language)
    return spec is not None and spec.tree is tree


def language_of(path: str) -> str:
    """The language id of a path by its extension, ``plaintext`` if unknown."""
    name = path.rpartition("/")[2]
    return _by_extension().get(name.rpartition(".")[2].lower(), UNKNOWN) if "." in name else UNKNOWN


def family_of(path: str) -> str:
    """Files of one family can use each other's declarations; an unknown language is a family by itself."""
    language = language_of(path)
    spec = specs().get(language)
    return spec.family if spec else language


def is_data(language: str) -> bool:
    """Whether code often makes or reads files of this kind at run time."""
    return any(text.id == language and text.data for text in TEXTS)


@cache
def leftovers_of(language: str) -> str | None:
    """The pattern of a line that looks like a leftover of debugging; ``None`` where none is known."""
    spec = specs().get(language)
    return spec.leftovers if spec else next((text.leftovers for text in TEXTS if text.id == language), None)


def is_manifest(name: str) -> bool:
    """Whether a file of this name says what a project uses."""
    names, patterns = _manifests()
    return name in names or any(fnmatchcase(name, pattern) for pattern in patterns)


@cache
def root_files() -> tuple[str, ...]:
    """Files that mark the root of a project, in any language."""
    return tuple(dict.fromkeys(name for spec in specs().values() for name in spec.root_files))


@cache
def source_roots() -> tuple[str, ...]:
    """Folders that sources stand in below a project's root, in any language, the longest first."""
    found = dict.fromkeys(root for spec in specs().values() for root in spec.tests.source_roots)
    return tuple(sorted(found, key=lambda root: (-len(root), root)))


@cache
def _by_extension() -> Mapping[str, str]:
    known = [(found.id, found.extensions) for found in TEXTS]
    known += [(spec.id, spec.extensions) for spec in specs().values()]
    return {extension: language for language, extensions in known for extension in extensions}


@cache
def _manifests() -> tuple[frozenset[str], tuple[str, ...]]:
    """The names of manifests, and the patterns of those that have any name."""
    found = frozenset(name for spec in specs().values() for name in spec.tests.manifests)
    return frozenset(name for name in found if "*" not in name), tuple(sorted(name for name in found if "*" in name))


__all__ = [
    "UNKNOWN",
    "family_of",
    "has_tree",
    "is_data",
    "is_manifest",
    "language_of",
    "leftovers_of",
    "root_files",
    "source_roots",
    "specs",
]
