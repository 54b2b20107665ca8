"""The documentation style of a file: what most of its documentation already does, else the language's own."""

from __future__ import annotations

import re

from routerd.domain.document import Document
from routerd.domain.symbol import Outline

_SIGNS = {
    "numpy": re.compile(r"^[ \t]*(Parameters|Returns|Yields|Raises)[ \t]*\r?\n[ \t]*-{3,}", re.M),
    "sphinx": re.compile(r"^[ \t]*:(param|type|returns?|rtype|raises)\b", re.M),
    "google": re.compile(r"^[ \t]*(Args|Arguments|Returns|Yields|Raises|Attributes):[ \t]*$", re.M),
}

_OF_LANGUAGE = {
    "javascript": "JSDoc",
    "javascriptreact": "JSDoc",
    "typescript": "TSDoc",
    "typescriptreact": "TSDoc",
    "go": "Go doc comment",
    "rust": "rustdoc",
    "java": "Javadoc",
    "c": "Doxygen",
    "cpp": "Doxygen",
    "ruby": "YARD",
    "csharp": "XML documentation",
}


def doc_style(document: Document, outline: Outline) -> str:
    """For Python ``google``, ``numpy`` or ``sphinx``, by a vote of the file's docstrings, ``google`` if none says."""
    if document.language != "python":
        return _OF_LANGUAGE.get(document.language, "")
    spans = [outline.doc, *(symbol.doc for symbol in outline.symbols)]
    docs = [document.text.slice(span) for span in spans if span is not None]
    votes = {style: sum(bool(sign.search(doc)) for doc in docs) for style, sign in _SIGNS.items()}
    best = max(votes, key=lambda style: votes[style])
    return best if votes[best] else "google"
