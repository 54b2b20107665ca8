"""Mentioned: the text of what the user's own words mention, as context; a file that may not be sent is refused."""

from __future__ import annotations

from dataclasses import replace

from routerd.domain.action import ContextKind, Request
from routerd.domain.document import Document
from routerd.domain.project import Project
from routerd.domain.prompt import Snippet
from routerd.domain.verdict import Refusal, RefusalCode
from routerd.pipeline.dependencies import Dependencies
from routerd.steps.gather.mentions import Mention, mentions
from routerd.steps.mask import secret_file_refusal
from routerd.steps.resolve import unreadable


def mentioned(request: Request, project: Project, deps: Dependencies) -> tuple[Snippet, ...] | Refusal:
    """A snippet for each mention, read as the editor holds it or from disk; a Refusal where one may not be sent."""
    found: list[Snippet] = []
    for mention in mentions(request.instruction, project):
        document = deps.workspace.chosen(project.uri(mention.path), request.document.uri, writes=False)
        if document is None:  # it went since it was indexed
            return Refusal(f"Nothing was sent: @{mention.name} does not exist any more.", RefusalCode.PATH)
        refused = document if isinstance(document, Refusal) else _refused(document, mention.path)
        if refused is not None:
            return replace(refused, message=f"Nothing was sent: @{mention.name} is mentioned. {refused.message}")
        assert isinstance(document, Document)
        text = _text(document, mention, deps)
        if text is None:
            return Refusal(f"Nothing was sent: {mention.path} has no @{mention.name} any more.", RefusalCode.PATH)
        reason = f"mentioned as @{mention.name}"
        found.append(Snippet(ContextKind.MENTIONED, mention.path, text, reason, deps.counter.count(text)))
    return tuple(found)


def _refused(document: Document, path: str) -> Refusal | None:
    return unreadable(document.text, path) or secret_file_refusal(path)


def _text(document: Document, mention: Mention, deps: Dependencies) -> str | None:
    if not mention.qualname:
        return document.text.string
    symbols = deps.grammar.outline(document).symbols
    symbol = next((one for one in symbols if one.qualname == mention.qualname), None)
    return document.text.slice(symbol.whole) if symbol else None
