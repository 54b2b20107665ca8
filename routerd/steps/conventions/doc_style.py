"""The documentation style of a file: that of most of its documentation, else the language's default."""

from __future__ import annotations

import re

from routerd.domain.document import Document
from routerd.domain.symbol import Outline
from routerd.languages import specs
from routerd.languages.patterns import compiled


def doc_style(document: Document, outline: Outline) -> str:
    """The name of the most frequent style in the file's documentation; ``""`` for an unknown language.

    For Python ``google``, ``numpy`` or ``sphinx``, ``google`` by default.
    """
    spec = specs().get(document.language)
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
