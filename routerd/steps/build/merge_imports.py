"""Merging imports of a test file: by statement, by name in JavaScript, by path in Go; each once."""

from __future__ import annotations

import re

from routerd.domain.document import Document
from routerd.domain.position import Edit, Range
from routerd.domain.text import with_lf
from routerd.languages.patterns import compiled
from routerd.languages.spec import ImportMerge, Merge

_BRACES = re.compile(r"\{([^}]*)\}")


def without_imports(code: str, rules: Merge) -> str:
    """The code without its imports and without the line that names its package."""
    code = _statements(rules).sub("", code)
    return (compiled(rules.preamble, re.M).sub("", code) if rules.preamble else code).strip("\n")


def import_edits(existing: Document, code: str, rules: Merge) -> tuple[Edit, ...]:
    """One insertion that brings the imports which the existing file lacks."""
    text = existing.text
    source = with_lf(text.string)
    old, new = _found(source, rules), _found(code, rules)
    lines = _missing(old, new, rules.how)
    if not lines:
        return ()
    at = _line_for_imports(source, rules)
    if rules.how is ImportMerge.GO_BLOCK and old and old[-1].endswith(")"):
        at -= 1  # into the block that stands
        lines = ["\t" + line.removeprefix("import ") for line in lines]
    position = text.line_start(at)
    block = "".join(statement + "\n" for statement in dict.fromkeys(lines))
    if not old:
        block = ("\n" if at else "") + block + ("" if at else "\n")
    return (Edit(Range(position, position), block.replace("\n", text.newline)),)


def _missing(old: list[str], new: list[str], how: ImportMerge) -> list[str]:
    match how:
        case ImportMerge.GO_BLOCK:
            return _go_missing(old, new)
        case ImportMerge.BINDINGS:
            return [line for statement in new if (line := _node_missing(statement, old))]
        case ImportMerge.STATEMENTS:
            known = {_folded(statement) for statement in old}
            return [statement for statement in new if _folded(statement) not in known]


def _statements(rules: Merge) -> re.Pattern[str]:
    return compiled(rules.statement, re.M)


def _found(source: str, rules: Merge) -> list[str]:
    return [found[0].strip() for found in _statements(rules).finditer(source)]


def _folded(statement: str) -> str:
    return "".join(statement.replace('"', "'").rstrip(";").split())


def _line_for_imports(source: str, rules: Merge) -> int:
    """The line after the last import, else after the package's name or the comments that begin the file."""
    ends = [found.end() for found in _statements(rules).finditer(source)]
    if not ends and rules.preamble:
        ends = [found.end() for found in compiled(rules.preamble, re.M).finditer(source)]
    if ends:
        before = source[: ends[-1]]
        return before.count("\n") + (not before.endswith("\n"))
    line = 0
    for bare in source.split("\n"):
        if not bare.lstrip("\ufeff").startswith(rules.heading):
            break
        line += 1
    return line


def _go_missing(old: list[str], new: list[str]) -> list[str]:
    """Go's imports that are missing, one statement each: a file may hold several."""
    known = {path for statement in old for path in _go_paths(statement)}
    return [f"import {spec}" for statement in new for path, spec in _go_paths(statement).items() if path not in known]


def _go_paths(statement: str) -> dict[str, str]:
    """Each path of an import declaration with its whole spec, the name included."""
    specs = re.findall(r"^[ \t]*(?:import[ \t]+)?((?:[\w.]+[ \t]+)?\"([^\"]+)\")", statement.replace("(", "\n"), re.M)
    return {path: spec for spec, path in specs}


def _node_missing(statement: str, old: list[str]) -> str | None:
    """A JavaScript import without the names that are bound already; ``None`` where nothing is left of it."""
    if any(_folded(statement) == _folded(other) for other in old):
        return None
    bound = {name for other in old for name in _names(other)}
    names = _names(statement)
    if not names:
        return statement
    missing = [name for name in names if name not in bound]
    if len(missing) == len(names):
        return statement
    if not missing:
        return None
    braces = _BRACES.search(statement)
    if braces is None:
        return None
    parts = [part.strip() for part in braces[1].split(",") if part.strip()]
    kept = [part for part in parts if _local(part) in missing]
    line = statement.replace(braces[0], "{ " + ", ".join(kept) + " }")
    return re.sub(r"^import\s+[\w$]+\s*,\s*\{", "import {", line) if kept else None


def _names(statement: str) -> list[str]:
    """The names that an import or a require binds."""
    head = re.split(r"\bfrom\b|=\s*require", statement)[0]
    if head == statement:
        return []
    braces = _BRACES.search(head)
    inner = [_local(part) for part in braces[1].split(",") if part.strip()] if braces else []
    outer = re.findall(r"[\w$]+", re.sub(r"^(import(\s+type)?|const|let|var)\b|\*\s+as\b", "", _BRACES.sub("", head)))
    return inner + outer


def _local(part: str) -> str:
    """The name that ``a as b`` or ``a: b`` binds here."""
    return re.split(r"\bas\b|:", part)[-1].replace("type ", "").strip()
