"""Outlines as tables that a person can check; ``python -m tests.adapters.grammar.tables`` rewrites them all.

A case is a file ``<language>.txt``: source, a line of dashes, and the table. Lines and columns count from 1.
"""

from __future__ import annotations

from pathlib import Path

from routerd.adapters.grammar import TreeSitterGrammar
from routerd.domain.document import Document
from routerd.domain.position import Range
from routerd.domain.symbol import Outline
from routerd.domain.text import Text

FOLDER = Path(__file__).parent
RULE = "-" * 40 + "\n"


def table(outline: Outline) -> str:
    """One line for each import, symbol and fault."""
    rows = [f"module doc {_at(outline.doc)}", ""]
    rows += [f"import {i.module}: {', '.join(i.names) or 'no names'} {_at(i.span)}" for i in outline.imports]
    for symbol in outline.symbols:
        rows += [
            "",
            f"{symbol.kind} {symbol.qualname}" + (f" in {symbol.container}" if symbol.container else ""),
            f"    {symbol.signature}",
            f"    whole {_at(symbol.whole)} header {_at(symbol.header)} name {_at(symbol.name_span)}",
            f"    body {_at(symbol.body)} doc {_at(symbol.doc)}",
        ]
    rows += ["", f"faults {' '.join(map(_at, outline.faults)) or 'none'}", ""]
    return "\n".join(rows)


def read(case: Path) -> tuple[str, str, str]:
    """Language, source and expected table of a case."""
    source, _, expected = case.read_bytes().decode().replace("\r\n", "\n").partition(RULE)
    return case.stem.partition("-")[0], source, expected


def outline_of(source: str, language: str) -> Outline:
    """The outline of a source by a grammar that has seen nothing else."""
    return TreeSitterGrammar().outline(Document("file:///case", 1, language, Text(source)))


def cases() -> list[Path]:
    """Every case, by name."""
    return sorted(FOLDER.glob("*.txt"))


def _at(span: Range | None) -> str:
    if span is None:
        return "-"
    start, end = span.start, span.end
    return f"{start.line + 1}:{start.column + 1}-{end.line + 1}:{end.column + 1}"


if __name__ == "__main__":
    for case in cases():
        language, source, _ = read(case)
        case.write_bytes((source + RULE + table(outline_of(source, language))).encode())
