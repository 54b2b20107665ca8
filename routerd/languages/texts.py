"""Kinds of text that routerd knows by name only: no grammar, so reviewed, designed and asked about as they stand."""

from __future__ import annotations

from dataclasses import dataclass

from routerd.languages.patterns import NEVER


@dataclass(frozen=True, slots=True, kw_only=True)
class TextKind:
    """One kind of text."""

    id: str
    """The LSP language id."""
    extensions: tuple[str, ...]
    data: bool
    """Whether code often makes or reads such files at run time."""
    leftovers: str
    """A line that looks like a leftover of debugging."""


TEXTS = (
    TextKind(id="markdown", extensions=("md",), data=True, leftovers=NEVER),
    TextKind(id="toml", extensions=("toml",), data=True, leftovers=NEVER),
    TextKind(id="json", extensions=("json",), data=True, leftovers=NEVER),
    TextKind(id="yaml", extensions=("yaml", "yml"), data=True, leftovers=NEVER),
    TextKind(id="sql", extensions=("sql",), data=True, leftovers=NEVER),
    TextKind(id="html", extensions=("html",), data=True, leftovers=NEVER),
    TextKind(id="css", extensions=("css",), data=True, leftovers=NEVER),
    TextKind(id="shellscript", extensions=("sh",), data=False, leftovers=r"^\s*set -x\b"),
    TextKind(id="swift", extensions=("swift",), data=False, leftovers=NEVER),
)
