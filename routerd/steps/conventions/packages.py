"""Packages: the folders of a project that have a manifest of their own, each with its sources and tests.

The nearest manifest upwards is a file's package: Maven modules, workspaces of uv, npm and cargo, projects of .NET.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from posixpath import basename, dirname

from routerd.languages import specs
from routerd.languages.patterns import compiled

_TEST_NAME = r"(^|/)(test_[^/]*|[^/]*(_test|\.test|\.spec|_spec|Test|Tests))\.[a-z]+$"


def is_test_path(path: str) -> bool:
    """Whether a file's name marks it as a test file."""
    return compiled(_TEST_NAME).search(path) is not None


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """What a package's paths show, relative to it, computed once for each set of files."""

    folder: str
    """The package, relative to the project's root; ``""`` for the root."""
    manifests: tuple[str, ...]
    """The names of its manifests; empty at the root of a project without one."""
    sources: tuple[str, ...]
    tests: frozenset[str]
    test_names: frozenset[str]
    """File names of the tests, without their folders."""
    packages: frozenset[str]
    """Folders that are Python packages."""

    def below(self, path: str) -> str:
        """A path of the project, relative to this package."""
        return path.removeprefix(f"{self.folder}/") if self.folder else path


@dataclass(frozen=True, slots=True, eq=False)
class Packages:
    """The packages of a project for one language, by folder; the root is always among them."""

    files: frozenset[str]
    by_folder: Mapping[str, Layout]
    source_roots: tuple[str, ...]
    """Folders of at least two names that only a package's root contains, as ``src/main/java/``."""

    def of(self, path: str) -> Layout:
        """The package of a file, which may not exist yet."""
        folder = _nearest(dirname(path), self.by_folder)
        for root in self.source_roots:
            before, found, _ = f"/{path}".partition(f"/{root}")
            if found and len(before) - 1 > len(folder):
                return _layout(before[1:], [], [], ())
        return self.by_folder[folder]


@lru_cache(maxsize=16)
def packages(files: tuple[str, ...], language: str) -> Packages:
    """The packages of a project for a known language.

    Callers pass the result on, as each look-up hashes every path of the project.
    """
    testing = specs()[language].tests
    manifests: dict[str, list[str]] = defaultdict(list)
    for file in files:
        name = basename(file)
        if any(name == one or fnmatchcase(name, one) for one in testing.package_files):
            manifests[dirname(file)].append(name)
    manifests.setdefault("", [])
    nearest = {folder: _nearest(folder, manifests) for folder in {dirname(file) for file in files}}
    members: dict[str, list[str]] = defaultdict(list)
    for file in files:
        members[nearest[dirname(file)]].append(file)
    layouts = {
        folder: _layout(folder, names, members[folder], testing.test_folders) for folder, names in manifests.items()
    }
    roots = tuple(root for root in testing.source_roots if root.count("/") > 1)
    return Packages(frozenset(files), layouts, roots)


def _nearest(folder: str, known: Mapping[str, object]) -> str:
    while folder not in known:
        folder = dirname(folder)
    return folder


def _layout(folder: str, manifests: list[str], files: list[str], test_folders: tuple[str, ...]) -> Layout:
    start = len(folder) + 1 if folder else 0
    inside = [file[start:] for file in files if file[start:] not in manifests]
    tests = frozenset(file for file in inside if is_test_path(file) or file.startswith(test_folders))
    return Layout(
        folder=folder,
        manifests=tuple(manifests),
        sources=tuple(file for file in inside if file not in tests),
        tests=tests,
        test_names=frozenset(basename(test) for test in tests),
        packages=frozenset(dirname(file) for file in inside if file.endswith("/__init__.py")),
    )
