"""Merging imports of a test file: by statement, by name in JavaScript, by path in Go; each once."""

from __future__ import annotations

import re

from routerd.domain.document import Document
from routerd.domain.place import Edit, Span
from routerd.domain.text import with_lf

_STATEMENT = {
    "go": r"^import[ \t]+(?:\((?:[^)]*)\)|[^\n(]+)\n?",
    "java": r"^import\b[^;]*;[ \t]*\n?",
    "csharp": r"^(?:global )?using[ \t]+(?!\()[^;(]*;[ \t]*\n?",
    "rust": r"^(?:pub )?use\b[^;]*;[ \t]*\n?",
    "c": r"^[ \t]*#[ \t]*include\b[^\n]*\n?",
    "cpp": r"^[ \t]*#[ \t]*include\b[^\n]*\n?|^using namespace\b[^;]*;[ \t]*\n?",
    "ruby": r"^require(?:_relative)?\b[^\n]*\n?",
}
_NODE = (
    r"^import\b[^'\";]*(?:from\s*)?['\"][^'\"\n]+['\"];?[ \t]*\n?"
    r"|^(?:const|let|var)\s+[^=;]+=\s*require\([^)\n]*\)[\w.]*;?[ \t]*\n?"
)
_PREAMBLE = {
    "go": r"^package[ \t]+\w+[^\n]*\n?",
    "java": r"^package\b[^;]*;[ \t]*\n?",
    "ruby": r"^# frozen_string_literal:[^\n]*\n?",
    "javascript": r"^['\"]use strict['\"];?[ \t]*\n?",
}
_BRACES = re.compile(r"\{([^}]*)\}")


def _statements(language: str) -> re.Pattern[str]:
    return re.compile(_STATEMENT.get(language, _NODE), re.M)


def without_imports(code: str, language: str) -> str:
    """The code without its imports and without the line that names its package."""
    code = _statements(language).sub("", code)
    preamble = _PREAMBLE.get(language)
    return (re.sub(preamble, "", code, flags=re.M) if preamble else code).strip("\n")


def import_edits(existing: Document, code: str) -> tuple[Edit, ...]:
    """One insertion that brings the imports which the existing file lacks."""
    language, text = existing.language, existing.text
    source = with_lf(text.string)
    old, new = _found(source, language), _found(code, language)
    if language == "go":
        lines = _go_missing(old, new)
    elif language not in _STATEMENT:
        lines = [line for statement in new if (line := _node_missing(statement, old))]
    else:
        known = {_folded(statement) for statement in old}
        lines = [statement for statement in new if _folded(statement) not in known]
    if not lines:
        return ()
    at = _line_for_imports(source, language)
    if language == "go" and old and old[-1].endswith(")"):
        at -= 1  # into the block that stands
        lines = ["\t" + line.removeprefix("import ") for line in lines]
    place = text.line_start(at)
    block = "".join(statement + "\n" for statement in dict.fromkeys(lines))
    if not old:
        block = ("\n" if at else "") + block + ("" if at else "\n")
    return (Edit(Span(place, place), block.replace("\n", text.newline)),)


def _found(source: str, language: str) -> list[str]:
    return [found[0].strip() for found in _statements(language).finditer(source)]


def _folded(statement: str) -> str:
    return "".join(statement.replace('"', "'").rstrip(";").split())


def _line_for_imports(source: str, language: str) -> int:
    """The line after the last import, else after the package's name or the comments that begin the file."""
    ends = [found.end() for found in _statements(language).finditer(source)]
    preamble = _PREAMBLE.get(language)
    if not ends and preamble:
        ends = [found.end() for found in re.finditer(preamble, source, re.M)]
    if ends:
        before = source[: ends[-1]]
        return before.count("\n") + (not before.endswith("\n"))
    line = 0
    for bare in source.split("\n"):
        if not bare.lstrip("\ufeff").startswith(("#!", "//", "# ")):
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
