"""Formats a Python docstring in Google, NumPy or Sphinx style."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DocEntry:
    """A parameter, attribute, result or error; ``kind`` is its type as written, for styles that show it."""

    name: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Doc:
    """The parts of a docstring, whatever its style."""

    summary: str
    params: tuple[DocEntry, ...] = ()
    returns: DocEntry | None = None
    yields: DocEntry | None = None
    raises: tuple[DocEntry, ...] = ()
    attributes: tuple[DocEntry, ...] = ()


def rendered(doc: Doc, style: str) -> str:
    """The text of a docstring, without quotes or indent; unknown styles are formatted as Google's."""
    sections = _STYLES.get(style, _google)(doc)
    return "\n\n".join([doc.summary, *sections])


def _google(doc: Doc) -> list[str]:
    def section(title: str, lines: list[str]) -> str:
        return "\n".join([f"{title}:", *(f"    {line}" for line in lines)])

    found = []
    if doc.attributes:
        found.append(section("Attributes", [f"{e.name}: {e.text}" for e in doc.attributes]))
    if doc.params:
        found.append(section("Args", [f"{e.name}: {e.text}" for e in doc.params]))
    for title, entry in (("Returns", doc.returns), ("Yields", doc.yields)):
        if entry:
            found.append(section(title, [entry.text]))
    if doc.raises:
        found.append(section("Raises", [f"{e.kind}: {e.text}" for e in doc.raises]))
    return found


def _numpy(doc: Doc) -> list[str]:
    def section(title: str, entries: list[tuple[str, str]]) -> str:
        lines = [title, "-" * len(title)]
        for head, text in entries:
            lines += [head, f"    {text}"]
        return "\n".join(lines)

    def heads(entries: tuple[DocEntry, ...]) -> list[tuple[str, str]]:
        return [(f"{e.name} : {e.kind}" if e.kind else e.name, e.text) for e in entries]

    found = []
    if doc.params:
        found.append(section("Parameters", heads(doc.params)))
    for title, entry in (("Returns", doc.returns), ("Yields", doc.yields)):
        if entry:
            # NumPy's style requires a type; ``object`` is always correct.
            found.append(section(title, [(entry.kind or "object", entry.text)]))
    if doc.raises:
        found.append(section("Raises", [(e.kind, e.text) for e in doc.raises]))
    if doc.attributes:
        found.append(section("Attributes", heads(doc.attributes)))
    return found


def _sphinx(doc: Doc) -> list[str]:
    lines = [f":ivar {e.name}: {e.text}" for e in doc.attributes]
    lines += [f":param {e.name.lstrip('*')}: {e.text}" for e in doc.params]
    lines += [f":returns: {doc.returns.text}"] if doc.returns else []
    lines += [f":yields: {doc.yields.text}"] if doc.yields else []
    lines += [f":raises {e.kind}: {e.text}" for e in doc.raises]
    return ["\n".join(lines)] if lines else []


_STYLES: dict[str, Callable[[Doc], list[str]]] = {"google": _google, "numpy": _numpy, "sphinx": _sphinx}
