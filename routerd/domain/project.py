"""The index of a project's files, built in memory before any request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from posixpath import dirname
from urllib.parse import quote, unquote

from routerd.domain.symbol import SymbolKind


@dataclass(frozen=True, slots=True)
class Declaration:
    """A symbol that some file of the project declares."""

    name: str
    qualname: str
    kind: SymbolKind
    path: str
    signature: str
    summary: str = ""
    """The first line of its documentation."""


@dataclass(frozen=True, slots=True)
class Project:
    """The indexed files below one root. Paths are relative to it, with forward slashes."""

    root: str
    """``file:`` URI without a trailing slash; ``""`` for a file without a project."""
    files: tuple[str, ...] = ()
    """Every file that is not ignored, sorted."""
    declarations: Mapping[str, tuple[Declaration, ...]] = field(default_factory=dict)
    """By plain name, nearest to the root first."""
    imports: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Modules that each file imports, as written."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Text of test files and of manifests (pyproject.toml, package.json, go.mod, …)."""

    unread: int = 0
    """Source files whose declarations are unknown: too large, too many, or not read yet."""
    cut: bool = False
    """Whether there are more files than are listed."""

    @property
    def gaps(self) -> str | None:
        """What of the project is unknown, as a sentence; ``None`` if nothing is."""
        more = "at least " if self.cut else ""
        if self.unread:
            sources = f"source file{'s' * (self.unread != 1)}"
            unread = f"{self.unread:,} {sources} of the project's {more}{len(self.files):,} files"
            return f"What {unread} declare{'s' * (self.unread == 1)} is unknown: too large, too many, or not read yet."
        return f"The project has more than {len(self.files):,} files; the others are unknown." if self.cut else None

    def relative(self, uri: str) -> str:
        """A URI's path below the root; only its last segment if it is elsewhere."""
        prefix = self.root + "/"
        if self.root and uri.startswith(prefix):
            return unquote(uri[len(prefix) :])
        return unquote(uri.rpartition("/")[2])

    def beside(self, path: str) -> dict[str, list[Declaration]]:
        """The other files of a path's folder, each with its top-level declarations."""
        folder = dirname(path)
        found: dict[str, list[Declaration]] = {
            file: [] for file in self.files if file != path and dirname(file) == folder
        }
        for declared in self.declarations.values():
            for one in declared:
                if one.path in found and "." not in one.qualname:
                    found[one.path].append(one)
        return found

    def uri(self, path: str) -> str:
        """The URI of a path below the root."""
        return f"{self.root}/{quote(path)}"
