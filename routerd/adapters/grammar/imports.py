"""Extracts the import statements of a file by its language's query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from routerd.adapters.grammar.parsed import Parsed
from routerd.domain.symbol import Import
from routerd.languages.node import Node


def imports(parsed: Parsed, captures: Mapping[str, Sequence[Node]]) -> tuple[Import, ...]:
    """One Import for each module in a statement, with the names that it imports."""
    parts = sorted(
        (part.start_byte, part.end_byte, role, part)
        for role in ("module", "name", "guard")
        for part in {node.id: node for node in captures.get(role, [])}.values()
    )
    found: list[Import] = []
    for statement in sorted({n.id: n for n in captures.get("import", [])}.values(), key=lambda n: n.start_byte):
        inside = [
            (role, parsed.text.slice(parsed.span(part)))
            for start, end, role, part in parts
            if statement.start_byte <= start and end <= statement.end_byte
        ]
        if all(text in parsed.rules.guards for role, text in inside if role == "guard"):
            found += _read(parsed, statement, [pair for pair in inside if pair[0] != "guard"])
    return tuple(found)


def _read(parsed: Parsed, statement: Node, inside: list[tuple[str, str]]) -> list[Import]:
    """The imports of one statement: names belong to the module before them, else to the only one."""
    modules: list[tuple[str, list[str]]] = []
    early: list[str] = []
    for role, text in inside:
        if role == "module":
            modules.append((text.strip("\"'<>`"), []))
        else:
            (modules[-1][1] if modules else early).append(text)
    span = parsed.span(statement)
    return [Import(module, (*early, *names) or parsed.rules.binds(module), span) for module, names in modules]
