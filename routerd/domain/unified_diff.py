"""A change of one file as a unified diff, which `git apply` and `patch` take."""

from __future__ import annotations

import difflib

from routerd.domain.text import Text


def unified_diff(before: Text, after: Text, name: str, *, create: bool = False) -> str:
    """The diff under a name with forward slashes; line ends other than LF are preserved."""
    old, new = ([line for line in text.lines if line] for text in (before, after))
    lines = difflib.unified_diff(old, new, "/dev/null" if create else f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
