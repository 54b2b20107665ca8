"""Finds fenced blocks in Markdown by CommonMark's rules; does not interpret their contents."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FENCE = re.compile(r"^(?P<indent>[ \t]*)(?P<ticks>`{3,}|~{3,})[ \t]*(?P<info>[^`\n]*?)[ \t]*$")


@dataclass(frozen=True, slots=True)
class Fence:
    """One fenced block; ``first`` and ``last`` are the line numbers of its fences, from zero."""

    info: str
    """The word after the opening fence, lower case: ``python``, ``mermaid``, often empty."""
    code: str
    first: int
    last: int
    closed: bool
    """Whether it has a closing fence; an open block belongs to a truncated answer."""


def fences(text: str) -> tuple[Fence, ...]:
    """The fenced blocks of a text with LF line ends, in order; the indent of indented blocks is removed."""
    found: list[Fence] = []
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        mark = _FENCE.match(lines[at])
        if mark is None:
            at += 1
            continue
        end = next((i for i in range(at + 1, len(lines)) if _closes(lines[i], mark["ticks"])), None)
        last = len(lines) - 1 if end is None else end
        body = lines[at + 1 : len(lines) if end is None else end]
        indent = mark["indent"]
        code = "\n".join(line.removeprefix(indent) for line in body)
        words = mark["info"].split()
        found.append(Fence(words[0].lower() if words else "", code, at, last, end is not None))
        at = last + 1
    return tuple(found)


def _closes(line: str, ticks: str) -> bool:
    mark = _FENCE.match(line)
    return mark is not None and not mark["info"] and mark["ticks"].startswith(ticks)
