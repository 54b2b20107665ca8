"""The request for a text about what is staged: the diff, cut to the action's budget and saying so."""

from __future__ import annotations

from routerd.adapters.staged import Staged
from routerd.domain.action import ActionSpec, Request
from routerd.domain.document import Document
from routerd.domain.ports import Counter
from routerd.domain.text import Text

_NAMED = 20
"""Paths that a sentence lists before it counts the others."""


def staged_request(spec: ActionSpec, staged: Staged, counter: Counter, instruction: str = "") -> Request:
    """A request about the whole diff, as a document of its own that no editor holds."""
    text = Text(bounded(staged.files, spec.context_budget.tokens, counter))
    document = Document((staged.root / "staged.diff").as_uri(), None, "diff", text)
    return Request(spec.name, document, text.whole, instruction=instruction, whole_file=True, subjects=staged.subjects)


def bounded(files: tuple[tuple[str, str], ...], tokens: int, counter: Counter) -> str:
    """The parts of a diff in their order, as many whole lines as fit; a sentence names the files that are cut."""
    kept: list[str] = []
    left, cut = tokens, []
    for path, part in files:
        lines = part.split("\n")
        size = counter.count(part)
        if size > left:
            cut.append(path)
            lines = _fitting(lines, left, counter)
            size = counter.count("\n".join(lines))
        left -= size
        kept += lines
    if cut:
        named = ", ".join(cut[:_NAMED]) + (f" and {len(cut) - _NAMED} more" if len(cut) > _NAMED else "")
        kept.append(f"(The diff is cut: not all changes are shown of {named}.)")
    return "\n".join(kept)


def _fitting(lines: list[str], tokens: int, counter: Counter) -> list[str]:
    """The first lines that have no more than so many tokens; each line is counted with its break."""
    kept = []
    for line in lines:
        tokens -= counter.count(line + "\n")
        if tokens < 0:
            break
        kept.append(line)
    return kept
