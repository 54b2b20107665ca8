"""A change of one file as a unified diff, which `git apply` and `patch` take."""

from __future__ import annotations

import difflib
import re

from routerd.domain.text import Text

_SPECIAL = re.compile(r'[\x00-\x1f\x7f"\\]')
"""Characters of a name for which git and patch need it in quotes."""


def unified_diff(before: Text, after: Text, name: str, *, create: bool = False) -> str:
    """The diff under a name with forward slashes; line ends other than LF are preserved.

    A lone CR ends no line of a diff, although it ends one of a ``Text``.
    """
    old, new = (_lines(text.string) for text in (before, after))
    lines = list(difflib.unified_diff(old, new, "/dev/null" if create else _named(f"a/{name}"), _named(f"b/{name}")))
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(string: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", string)


def _named(name: str) -> str:
    """A name as git writes it: quoted where it holds control characters, and ended by a tab where it holds spaces."""
    if _SPECIAL.search(name):
        return '"' + _SPECIAL.sub(_escaped, name) + '"'
    return f"{name}\t" if " " in name else name


def _escaped(found: re.Match[str]) -> str:
    character = found[0]
    return f"\\{character}" if character in '"\\' else f"\\{ord(character):03o}"
