"""The request for a text about what is staged: the diff, cut to the action's budget and saying so."""

from __future__ import annotations

from routerd.actions import named
from routerd.adapters.staged import staged
from routerd.app.workspace import App
from routerd.domain.action import Request
from routerd.domain.document import Document
from routerd.domain.ports import Counter
from routerd.domain.secret import holds_secrets
from routerd.domain.text import Text
from routerd.system.uris import path_of

_NAMED = 20
"""Paths that a sentence lists before it counts the others."""


def staged_request(app: App, action: str, uri: str, instruction: str = "") -> Request:
    """A request about the whole diff in the repository of a file or folder, as a document that no editor holds.

    Runs git, so belongs in a thread. Raises UsageError where there is no repository, or nothing is staged in it.
    """
    spec, found = named(action), staged(path_of(uri))
    text = Text(bounded(found.files, spec.context_budget.tokens, app.services.counter))
    document = Document((found.root / "staged.diff").as_uri(), None, "diff", text)
    return Request(action, document, text.whole, instruction=instruction, whole_file=True, subjects=found.subjects)


def bounded(files: tuple[tuple[str, str], ...], tokens: int, counter: Counter) -> str:
    """The parts of a diff in their order, as many whole lines as fit; a sentence names the files that are cut."""
    kept: list[str] = []
    left, cut = tokens, []
    for path, part in files:
        hidden = f"(The change of {path} is not shown, as files of this name hold secrets.)"
        lines = [hidden] if holds_secrets(path) else part.split("\n")
        size = counter.count("\n".join(lines))
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
