"""Which actions a place in a document is offered: those of the menu, and those that the user's own words ask for."""

from __future__ import annotations

from collections.abc import Iterator

from routerd.actions import catalog
from routerd.domain.action import Request
from routerd.domain.document import Document
from routerd.domain.position import Range
from routerd.domain.project import Project
from routerd.domain.settings import Offers


def menu(document: Document, span: Range, diagnostics: tuple[str, ...] = ()) -> Iterator[Request]:
    """Each action of the menu; one about diagnostics only where there are some."""
    for spec in catalog().values():
        if spec.in_menu and (diagnostics or not spec.diagnosed):
            yield Request(spec.name, document, span, diagnostics=diagnostics if spec.diagnosed else ())


def offered_in(document: Document, project: Project, offers: Offers) -> bool:
    """Whether prices and actions are shown in a document without being asked for."""
    return offers.at(document.language, project.relative(document.uri))


def worded(document: Document, span: Range, words: str) -> Iterator[Request]:
    """Each action that is told in words what to do; one that needs none only where there are some."""
    for spec in catalog().values():
        if spec.instructed or (spec.diagnosed and words):
            yield Request(spec.name, document, span, instruction=words)
