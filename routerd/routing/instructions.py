"""Routes free-form instructions without a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from routerd.actions import catalog
from routerd.domain.action import Request
from routerd.domain.document import Document
from routerd.domain.ports import Classifier
from routerd.domain.quote import Route
from routerd.domain.settings import Snapshot
from routerd.domain.text import Text
from routerd.domain.verdict import Refusal
from routerd.routing.route import route
from routerd.routing.words import own_words

_NO_DOCUMENT = Document("untitled:", None, "plaintext", Text(""))


def routes(texts: Sequence[str], snapshot: Snapshot, classifier: Classifier) -> Iterator[Route | Refusal]:
    """The route of each instruction, with its reason."""
    spec = catalog()["ask"]
    words = [own_words(text) for text in texts]
    for text, own, found in zip(texts, words, classifier.classify_many([own.text for own in words]), strict=True):
        request = Request("ask", _NO_DOCUMENT, _NO_DOCUMENT.text.whole, instruction=text)
        yield route(request, spec, snapshot, found, own.signals)
