"""What the index stores of one file: its declarations, imports and, of manifests and tests, its text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from routerd.adapters.workspace.files import read_text
from routerd.domain.document import Document
from routerd.domain.ports import Grammar
from routerd.domain.position import Range
from routerd.domain.project import Declaration
from routerd.domain.secret import holds_secrets
from routerd.domain.symbol import Outline
from routerd.domain.text import Text
from routerd.languages import is_manifest, language_of
from routerd.system.uris import uri_of

MAX_SOURCE_BYTES = 256_000
"""Larger sources are generated or data; outlining one would delay hundreds of others."""
_MAX_STORED_CHARACTERS = 64_000
"""The most characters of a manifest or test file, whose texts are stored."""
_MAX_SUMMARY = 100
_OBJECT_BYTES = 700
"""Memory of one declaration and its share of the tables beside its own strings (`tests/bench/index.py`)."""


class Stamp(NamedTuple):
    """A file's state on disk; another one means that it must be read again."""

    modified_ns: int
    size: int
    inode: int
    """An editor that replaces a file by renaming may keep its time and size."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """The indexed content of one file, as of ``stamp``."""

    stamp: Stamp
    declarations: tuple[Declaration, ...] = ()
    imports: tuple[str, ...] = ()
    text: str | None = None

    @property
    def size(self) -> int:
        """About how many bytes of memory it takes."""
        strings = sum(_OBJECT_BYTES + len(one.signature) + len(one.summary) for one in self.declarations)
        return strings + sum(map(len, self.imports)) + len(self.text or "")


def stamp_of(path: Path) -> Stamp | None:
    """A file's present state; ``None`` if it does not exist."""
    try:
        found = path.stat()
    except OSError:
        return None
    return Stamp(found.st_mtime_ns, found.st_size, found.st_ino)


def is_source(name: str, grammar: Grammar) -> bool:
    """Whether the index reads a file of that name at all."""
    return not holds_secrets(name) and (is_manifest(name) or grammar.knows(language_of(name)))


def read_facts(path: Path, name: str, grammar: Grammar, within: Path | None) -> FileFacts | None:
    """Reads and outlines one file; ``name`` is its path below the root. ``None`` if it is too large or unreadable."""
    stamp = stamp_of(path)  # before reading: a change meanwhile leaves an old stamp, and is noticed at the next look
    if stamp is None or stamp.size > MAX_SOURCE_BYTES or not is_source(path.name, grammar):
        return None
    text = read_text(path, within)
    if text is None:
        return None
    language = language_of(name)
    known = grammar.knows(language)
    outline = grammar.outline(Document(uri_of(path), None, language, text)) if known else Outline(language)
    return facts_of(name, stamp, text, outline)


def facts_of(name: str, stamp: Stamp, text: Text, outline: Outline) -> FileFacts:
    """What is stored of a text with its outline."""
    return FileFacts(
        stamp,
        tuple(
            Declaration(
                s.name, s.name if s.qualname == s.name else s.qualname, s.kind, name, s.signature, _summary(text, s.doc)
            )
            for s in outline.symbols
        ),
        tuple(dict.fromkeys(found.module for found in outline.imports)),
        text.string[:_MAX_STORED_CHARACTERS] if _stores_text(name.rpartition("/")[2]) else None,
    )


def _stores_text(name: str) -> bool:
    stem = name.partition(".")[0].lower()
    is_test = (
        stem.startswith("test") or stem.endswith(("test", "tests", "spec")) or ".test." in name or ".spec." in name
    )
    return is_manifest(name) or is_test


def _summary(text: Text, doc: Range | None) -> str:
    if doc is None:
        return ""
    for line in text.slice(doc).splitlines():
        words = line.strip(" \t/*#!\"'<>rRuU").removeprefix("summary>")
        if words:
            return words[:_MAX_SUMMARY]
    return ""
