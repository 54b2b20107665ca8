"""Merging Python tests: imports that are missing, tests that are new, each by an insertion."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from routerd.domain.position import Edit, Position, Range
from routerd.domain.python_tree import python_tree
from routerd.domain.text import Text
from routerd.domain.verdict import Rejected

_Named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def merge_python(existing: Text, code: str) -> tuple[Edit, ...] | Rejected:
    """Insertions into a test module: missing imports after its imports, new tests after its tests."""
    old, new = python_tree(existing.string), python_tree(code)
    if old is None:
        return Rejected("the existing test file does not parse, so nothing can be merged into it")
    if new is None:
        return Rejected("the tests do not parse", mechanical=True)
    statements = [node for node in new.body if not _is_noise(node)]
    imports = [node for node in statements if isinstance(node, ast.Import | ast.ImportFrom)]
    rest = _fresh([node for node in statements if node not in imports], old)
    if not rest:
        return Rejected("the reply adds no test that is not there already")
    clash = _clash(rest, old)
    if clash:
        return Rejected(f"the tests redefine '{clash}' of the existing test file", mechanical=True)
    source = code.split("\n")
    names = _defined(old)
    pieces = [_renamed(node, _piece(source, node), names) for node in rest]
    tests = "\n\n\n".join(pieces)
    return (*_import_edits(existing, old, imports), _append(existing, old, tests))


def _is_noise(node: ast.stmt) -> bool:
    """A module docstring, or the block that runs the tests: the existing file has its own."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    return isinstance(node, ast.If) and ast.unparse(node.test).startswith("__name__ ==")


def _fresh(nodes: list[ast.stmt], old: ast.Module) -> list[ast.stmt]:
    """The statements that do not stand in the existing module; a test counts under any name."""
    known = {_nameless(node) for node in old.body}
    return [node for node in nodes if _nameless(node) not in known]


def _nameless(node: ast.stmt) -> str:
    """The statement as text, without its name if it is a test, as a merge may have renamed it."""
    dump = ast.dump(node)
    return dump.replace(f"name='{node.name}'", "name=''", 1) if isinstance(node, _Named) and _is_test(node) else dump


def _defined(module: ast.Module) -> set[str]:
    """The names that the module's own statements bind, imports left out."""
    return {name for node in module.body for name in _binds(node)}


def _binds(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, _Named):
        yield node.name
    elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            yield from (part.id for part in ast.walk(target) if isinstance(part, ast.Name))


def _clash(nodes: list[ast.stmt], old: ast.Module) -> str | None:
    """A name that both files bind and that is no test: renaming it could change what either means."""
    taken = _defined(old)
    return next((name for node in nodes for name in _binds(node) if name in taken and not _is_test(node)), None)


def _is_test(node: ast.stmt) -> bool:
    return isinstance(node, _Named) and node.name.startswith(("test", "Test"))


def _piece(source: list[str], node: ast.stmt) -> str:
    """The source of a statement with its decorators and the comments right above it."""
    first = _first_line(node)
    while first > 0 and source[first - 1].startswith("#"):
        first -= 1
    return "\n".join(source[first : node.end_lineno])


def _renamed(node: ast.stmt, piece: str, taken: set[str]) -> str:
    """The piece under a name that is free; nothing calls a test by its name, so only the header changes."""
    if not (isinstance(node, _Named) and node.name in taken):
        return piece
    number = next(n for n in range(2, len(taken) + 3) if f"{node.name}_{n}" not in taken)
    free = f"{node.name}_{number}"
    taken.add(free)
    return re.sub(rf"^((?:async +)?(?:def|class) +){node.name}\b", rf"\g<1>{free}", piece, count=1, flags=re.M)


def _import_edits(existing: Text, old: ast.Module, imports: list[ast.Import | ast.ImportFrom]) -> tuple[Edit, ...]:
    """One insertion after the last import, or before the first statement where there is none."""
    wanted = _missing(old, imports)
    if not wanted:
        return ()
    at, has_imports = _import_line(old)
    newline = existing.newline
    block = "".join(line + newline for line in wanted)
    position = existing.line_start(at)
    return (Edit(Range(position, position), block if has_imports else block + newline * 2),)


def _import_line(module: ast.Module) -> tuple[int, bool]:
    """The line (from zero) at which an import may be added, and whether imports stand right above it."""
    last, found = 0, False
    for node in module.body:
        is_docstring = node is module.body[0] and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if isinstance(node, ast.Import | ast.ImportFrom):
            last, found = node.end_lineno or 0, True
        elif is_docstring:
            last = node.end_lineno or 0
        elif found:
            break
        else:
            return (last or _first_line(node)), False
    return last, found


def _first_line(node: ast.stmt) -> int:
    decorators = node.decorator_list if isinstance(node, _Named) else []
    return min([node.lineno, *(d.lineno for d in decorators)]) - 1


def _missing(old: ast.Module, imports: list[ast.Import | ast.ImportFrom]) -> list[str]:
    """The imports that the module lacks, as lines; names of one ``from`` stay together."""
    known = {key for node in old.body if isinstance(node, ast.Import | ast.ImportFrom) for key in _keys(node)}
    lines: list[str] = []
    for node in imports:
        aliases = [alias for alias, key in zip(node.names, _keys(node), strict=True) if key not in known]
        known.update(_keys(node))
        if not aliases:
            continue
        if isinstance(node, ast.Import):
            line = ast.unparse(ast.Import(aliases))
        elif node.module == "__future__":
            continue  # the existing file decides how its own annotations are read
        else:
            line = ast.unparse(ast.ImportFrom(node.module, aliases, node.level))
        lines.append(line)
    return lines


def _keys(node: ast.Import | ast.ImportFrom) -> list[tuple[str, str, str | None]]:
    module = "." * node.level + (node.module or "") if isinstance(node, ast.ImportFrom) else ""
    return [(module, alias.name, alias.asname) for alias in node.names]


def _append(existing: Text, old: ast.Module, tests: str) -> Edit:
    """The insertion at the end, before the block that runs the module; the file's own ending is kept."""
    newline = existing.newline
    tests = tests.replace("\n", newline)
    last = old.body[-1] if old.body else None
    if last is not None and len(old.body) > 1 and isinstance(last, ast.If) and _is_noise(last):
        end = old.body[-2].end_lineno or 0
        position = Position(end, 0)
        blank = newline * max(0, 2 - _blank_lines(existing, end))
        return Edit(Range(position, position), f"{newline * 2}{tests}{newline}{blank}")
    position = existing.end
    if existing.lines[-1]:
        return Edit(Range(position, position), f"{newline * 3}{tests}")
    before = sum(1 for _ in _trailing_blank(existing))
    return Edit(Range(position, position), newline * max(0, 2 - before) + tests + newline)


def _trailing_blank(text: Text) -> Iterator[int]:
    """The blank lines before the end, the empty last one left out."""
    line = len(text.lines) - 2
    while line >= 0 and not text.bare(line).strip():
        yield line
        line -= 1


def _blank_lines(text: Text, line: int) -> int:
    count = 0
    while line + count < len(text.lines) and not text.bare(line + count).strip():
        count += 1
    return count
