"""Frame: the marks around a hunk's old and new lines; which line of equals signs is the divider, the file says.

Texts hold lines of equals signs too: headings of Markdown and reStructuredText, banners, merge conflicts.
A divider is never guessed: where two lines could be it, the reply is rejected.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from routerd.domain.lines import runs
from routerd.domain.text import indent_of
from routerd.domain.verdict import Rejected

_SEARCH = re.compile(r"<{5,9} ?SEARCH\W*")
_DIVIDER = re.compile(r"={5,9}")
_REPLACE = re.compile(r">{5,9} ?REPLACE\W*")
_PROMPTED = "======="
"""The divider as the prompt shows it; other lengths count only in a block without one."""

_MOST_CANDIDATES = 8
"""Each is looked for in the whole file; real replies have two or three."""

_SAME: tuple[Callable[[str], str], ...] = (str, str.rstrip, lambda line: " ".join(line.split()))
"""Ways to compare lines: to the letter, but for white space at the end, and but for any white space."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One block of a reply: what its marks are around, and the lines above it since the block before."""

    above: list[str]
    marked: str
    """The mark that it begins with."""
    lines: list[str]
    """Old lines, divider, new lines."""


class Stood:
    """The file that a block is for, as far as it decides between dividers."""

    def __init__(self, lines: Sequence[str], target: Sequence[str]) -> None:
        """Lines without line ends or byte order mark; ``target`` are those asked about, which the model copies."""
        # What follows the last line end is a line for some models, and none for others.
        known = [there for text in (lines, target) for there in (text, text[:-1] if text and not text[-1] else None)]
        self._texts = [(same, [same(line) for line in there]) for same in _SAME for there in known if there]

    def once(self, old: Sequence[str]) -> bool:
        """Whether lines stand once in the file or in the target, by any way of comparing them.

        The old lines of a correct hunk do so by one of the ways, so that its divider is never left out.
        """
        if not any(line.strip() for line in old):
            return False
        whole = [old[0].removeprefix("\ufeff"), *old[1:]]
        bare = "\n".join(whole).strip("\n").split("\n")
        forms = [whole] if whole == bare else [whole, bare]
        return any(
            len(runs([same(line) for line in form], there)) == 1 for form in forms for same, there in self._texts
        )


def frames(lines: list[str]) -> tuple[Frame, ...] | Rejected:
    """The blocks of a reply; an unfinished one is a reply that was cut."""
    found: list[Frame] = []
    free = 0
    begun: int | None = None
    for at, line in enumerate(lines):
        bare = line.strip()
        if _SEARCH.fullmatch(bare):
            if begun is not None:
                return Rejected("a hunk begins inside another", mechanical=True)
            begun = at
        elif _REPLACE.fullmatch(bare):
            if begun is None:  # the mark before it may have stood in the text, and this one ends the block
                return Rejected("a hunk ends that did not begin", mechanical=True)
            found.append(Frame(lines[free:begun], lines[begun], lines[begun + 1 : at]))
            begun, free = None, at + 1
    if begun is not None:
        return Rejected("the reply was cut: a hunk is not finished", mechanical=True)
    return tuple(found)


def split(frame: Frame, file: Stood | None) -> tuple[str, str] | Rejected:
    """The old text and the new, by the one line that can be the divider.

    Of several it is the one above which stands what the file holds once. Without the file it must be the only one.
    """
    candidates = _candidates(frame)
    if not candidates:
        return Rejected("the reply was cut: a hunk is not finished", mechanical=True)
    if len(candidates) > 1:
        few = len(candidates) <= _MOST_CANDIDATES
        candidates = [at for at in candidates if file and few and file.once(frame.lines[:at])]
    if len(candidates) != 1:
        return Rejected(
            "the divider of a hunk cannot be told from a line of equals signs in its text:"
            " copy old lines that stand once in the file and hold no such line",
            mechanical=True,
        )
    (middle,) = candidates
    return "\n".join(frame.lines[:middle]), "\n".join(frame.lines[middle + 1 :])


def _candidates(frame: Frame) -> list[int]:
    wanted = indent_of(frame.marked) + _PROMPTED
    exact = [at for at, line in enumerate(frame.lines) if line.rstrip() == wanted]
    return exact or [at for at, line in enumerate(frame.lines) if _DIVIDER.fullmatch(line.strip())]
