"""A design document without a model: what the file says of itself, its outline and its imports; no opinion."""

from __future__ import annotations

from routerd.domain.prompt import Question
from routerd.domain.symbol import Symbol
from routerd.domain.text import Text
from routerd.offline.names import listing

_MAX_ROWS = 60
_NOTHING = "Nothing certain can be said about this without a model: routerd config init."
_HONEST = "Written offline, without a model: from declarations, documentation and imports alone."


def design(question: Question) -> str:
    """Markdown with the required sections, in order."""
    written = {"purpose": _purpose, "structure": _structure, "dependencies": _dependencies}
    pieces = [f"# {question.target.label}", f"*{_HONEST}*"]
    for section in question.spec.sections:
        writer = written.get(section.casefold())
        pieces += [f"## {section}", writer(question) if writer else _NOTHING]
    return "\n\n".join(pieces) + "\n"


def _purpose(question: Question) -> str:
    document, outline = question.request.document, question.target.outline
    text, doc = document.text, outline.doc
    said = _first_sentence(text, doc.start.line, doc.end.line) if doc else ""
    tops = [f"`{one.name}`" for one in outline.symbols if one.container is None and not one.name.startswith("_")]
    size = f"`{question.conventions.path}` has {len(text.lines):,} lines of {document.language}"
    declares = f"; it declares {listing(tops, 8)}." if tops else "; it declares nothing public."
    return f"{said or 'The file does not say what it is for.'}\n\n{size}{declares}"


def _structure(question: Question) -> str:
    outline, text = question.target.outline, question.request.document.text
    rows = [one for one in outline.symbols if one.container is None or one.container in outline.by_qualname]
    if not rows:
        return "No declarations were found in this file."
    lines = ["| part | kind | lines | says of itself |", "|---|---|---|---|"]
    for one in rows[:_MAX_ROWS]:
        first, last = one.whole.start.line + 1, one.whole.end.line + 1
        lines.append(f"| `{one.qualname}` | {one.kind.value} | {first}–{last} | {_said(text, one)} |")
    more = f"\n\n{len(rows) - _MAX_ROWS} more parts are not listed." if len(rows) > _MAX_ROWS else ""
    return "\n".join(lines) + more


def _said(text: Text, symbol: Symbol) -> str:
    said = _first_sentence(text, symbol.doc.start.line, symbol.doc.end.line) if symbol.doc else ""
    return said.replace("|", "&#124;") or "–"


def _dependencies(question: Question) -> str:
    modules = dict.fromkeys(f"- `{one.module}`" for one in question.target.outline.imports if one.module)
    return "It imports:\n\n" + "\n".join(modules) if modules else "It imports nothing."


def _first_sentence(text: Text, first: int, last: int) -> str:
    """The first non-empty line of documentation, without comment delimiters."""
    for number in range(first, last + 1):
        words = text.bare(number).strip().lstrip("rRuUbB") if number == first else text.bare(number).strip()
        words = words.strip("\"'/*#! \t").removeprefix("<summary>").removesuffix("</summary>").strip()
        if words:
            return words
    return ""
