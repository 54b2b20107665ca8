"""Defuses Markdown that somebody else wrote: no image is loaded, no HTML is read, and no link runs a command.

An allow list: outside of code, what is no link to the web, to a heading or to a file below is shown as its own source.
Where renderers may disagree on what is code, it is taken for text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from routerd.domain.hidden import shown

_FENCE = re.compile(r"( {0,3})(`{3,}|~{3,})([^`]*)$")
_RUN = re.compile(r"`+")
_AMBIGUOUS = re.compile(r"\\`")
_HTML = re.compile(r"<(?=[A-Za-z/!?])")
_IMAGE = re.compile(r"!(?=\[)")
_DESTINATION = re.compile(r"\](?P<mark>[(:])(?=[\s>]*<?(?P<to>[^\s<>)\]]*)(?P<more>\]?))")
"""A destination ends at the next bracket, so that a thousand openings in a row are not read a thousand times."""
_WEB = re.compile(r"https?://\S+|mailto:\S+", re.IGNORECASE)
_BELOW = re.compile(r"(?!.*(?:^|/)\.\.(?:/|$))(?![/\\~])[^:\\%]*(?::\d+)?|#.*")


def defused(markdown: str) -> str:
    """The Markdown with hidden characters removed, and with what acts by itself shown as text."""
    lines = shown(markdown).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(_parts(lines))


def _parts(lines: list[str]) -> Iterator[str]:
    """Fenced code as it is, and the paragraphs between it defused."""
    paragraph: list[str] = []
    at = 0
    while at < len(lines):
        end = _fence_end(lines, at)
        if end is not None or not lines[at].strip():
            yield from _text(paragraph)
            paragraph = []
            yield from lines[at : (end or at) + 1]
            at = (end or at) + 1
            continue
        paragraph.append(lines[at])
        at += 1
    yield from _text(paragraph)


def _fence_end(lines: list[str], at: int) -> int | None:
    """The last line of the fenced block that begins here; ``None`` where none does for certain.

    A line that is indented less than the fence may end the list that the block is in, and with it the block.
    """
    mark = _FENCE.match(lines[at])
    if mark is None:
        return None
    closing = re.compile(rf" {{0,3}}{re.escape(mark[2][0])}{{{len(mark[2])},}}[ \t]*")
    for number in range(at + 1, len(lines)):
        line = lines[number]
        if line.strip() and not line.startswith(mark[1]):
            return None
        if closing.fullmatch(line):
            return number
    return len(lines) - 1


def _text(paragraph: list[str]) -> list[str]:
    """The lines of a paragraph, whose code spans stay where every renderer finds the same ones."""
    cut = [_cut(line) for line in paragraph]
    if any(pieces is None for pieces in cut) or any(_AMBIGUOUS.search(line) for line in paragraph):
        return _safe("\n".join(paragraph)).split("\n") if paragraph else []
    safe = ["".join(piece if code else _safe(piece) for piece, code in pieces or ()) for pieces in cut]
    joined = "\n".join(safe)
    # A destination may stand on the line below its link, or behind a code span.
    doubtful = any(not _allowed(match) for match in _DESTINATION.finditer(joined))
    return _safe("\n".join(paragraph)).split("\n") if doubtful else safe


def _cut(line: str) -> list[tuple[str, bool]] | None:
    """A line in pieces, each with whether it is a code span; ``None`` where a run of backticks has no partner."""
    pieces: list[tuple[str, bool]] = []
    at = 0
    while (opening := _RUN.search(line, at)) is not None:
        runs = _RUN.finditer(line, opening.end())
        closing = next((run for run in runs if len(run[0]) == len(opening[0])), None)
        if closing is None:
            return None
        pieces += [(line[at : opening.start()], False), (line[opening.start() : closing.end()], True)]
        at = closing.end()
    return [*pieces, (line[at:], False)]


def _safe(text: str) -> str:
    text = _IMAGE.sub(r"!\\", _HTML.sub("&lt;", text))
    return _DESTINATION.sub(lambda match: match[0] if _allowed(match) else f"]\\{match['mark']}", text)


def _allowed(match: re.Match[str]) -> bool:
    """Whether a link leads to the web, to a heading or to a file below; entities count as what they stand for."""
    to = html.unescape(match["to"])
    if match["mark"] == ":" and not match["to"]:
        return not match["more"]  # "[x]:" with nothing below it defines nothing
    if match["more"]:
        return False
    return _WEB.fullmatch(to) is not None or _BELOW.fullmatch(to) is not None
