"""Generated lines in a file that is written by hand: they stand between two lines that hold a mark each."""

from __future__ import annotations

from routerd.domain.errors import RouterdError


def between(text: str, begin: str, end: str, generated: str) -> str:
    """The text with everything between the two marked lines replaced; the marked lines stay.

    Raises RouterdError where a mark does not stand on exactly one line, or they are in the wrong order.
    """
    lines = text.splitlines(keepends=True)
    first, last = (_only(lines, mark) for mark in (begin, end))
    if first >= last:
        raise RouterdError(f"'{end}' stands above '{begin}': put them in order, then write the copies again.")
    return "".join((*lines[: first + 1], generated, *lines[last:]))


def _only(lines: list[str], mark: str) -> int:
    found = [number for number, line in enumerate(lines) if mark in line]
    if len(found) != 1:
        raise RouterdError(f"'{mark}' stands on {len(found)} lines of a generated file: put it on one.")
    return found[0]
