"""The documentation style of a file: what most of its documentation already does, else the language's own."""

from __future__ import annotations

import re

from routerd.domain.document import Document
from routerd.domain.symbol import Outline
from routerd.languages import spec_of
from routerd.languages.patterns import compiled


def doc_style(document: Document, outline: Outline) -> str:
    """The name of a style, by a vote of the file's documentation where there are several; ``""`` for no language.

    For Python ``google``, ``numpy`` or ``sphinx``, ``google`` if none says.
    """
    spec = spec_of(document.language)
    if spec is None:
        return ""
    if not spec.docs.styles:
        return spec.docs.name
    spans = [outline.doc, *(symbol.doc for symbol in outline.symbols)]
    docs = [document.text.slice(span) for span in spans if span is not None]
    votes = {
        style: sum(bool(compiled(sign, re.M).search(doc)) for doc in docs) for style, sign in spec.docs.styles.items()
    }
    best = max(votes, key=lambda style: votes[style])
    return best if votes[best] else spec.docs.name
