"""Context from other files of the project, out of the index in memory: signatures and neighbours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from posixpath import commonprefix, dirname

from routerd.domain.action import Target
from routerd.domain.language import language_of
from routerd.domain.project import Declaration, Project
from routerd.domain.symbol import Import
from routerd.stages.gather.piece import Piece

_MAX_HOMONYMS = 2
"""A name that more files declare says little about which one is meant."""
_MAX_NEIGHBOURS = 30
_FOLDER_IS_PACKAGE = ("go", "java", "csharp")
"""Languages whose files see what the other files of their folder declare, without an import."""
_MAIN_FILES = ("__init__", "index", "mod", "lib")
_NODE = ("javascript", "javascriptreact", "typescript", "typescriptreact")
_FAMILIES = {**dict.fromkeys(_NODE, "node"), "cpp": "c"}


def signatures(target: Target, used: tuple[str, ...], project: Project, path: str) -> Iterator[Piece]:
    """Signatures of what the target uses from other files: what it imports or shares a package with, nearest first."""
    local = {symbol.name for symbol in target.outline.symbols}
    modules = _modules(target.outline.imports)
    shared = dirname(path) if target.outline.language in _FOLDER_IS_PACKAGE else None
    for name in used:
        known = project.declarations.get(name, ()) if name not in local else ()
        known = tuple(d for d in known if d.path != path and _family(d.path) == _family(path))
        from_modules = [d for d in known if modules.get(d.qualname.partition(".")[0], set()) & _called(d.path)]
        # ``module.name``: a top-level name of a file that is imported as such.
        of_modules = [d for d in known if d.qualname == name and modules.keys() & _called(d.path)]
        imported = [d for d in known if d.qualname.partition(".")[0] in modules]
        beside = [d for d in known if dirname(d.path) == shared]
        likely = from_modules or of_modules or imported or beside
        for found in sorted(likely, key=lambda d: -len(commonprefix((d.path, path))))[:_MAX_HOMONYMS]:
            yield Piece(found.path, _described(found), f"`{name}` is used by the target")


def _modules(imports: tuple[Import, ...]) -> dict[str, set[str]]:
    """By each name that is imported, the words of the module that it is from; a header's name stands for itself."""
    found: dict[str, set[str]] = {}
    for one in imports:
        words = set(re.findall(r"\w+", one.module))
        last = _stem(one.module) if "/" in one.module or "." in one.module else one.module
        for name in one.names or (last,):
            found.setdefault(name, set()).update(words)
    return found


def _called(path: str) -> set[str]:
    """What an import calls a file: its own name, or its folder's for a package's main file and in Go."""
    stem = _stem(path)
    return {_last(dirname(path))} if stem in _MAIN_FILES or path.endswith(".go") else {stem}


def _family(path: str) -> str:
    """Languages that can use each other's declarations."""
    return _FAMILIES.get(language_of(path), language_of(path))


def neighbours(project: Project, path: str) -> Iterator[Piece]:
    """The other files of the target's folder: what each imports and declares."""
    for file, declared in islice(project.beside(path).items(), _MAX_NEIGHBOURS):
        lines = [f"imports {', '.join(project.imports[file])}"] if project.imports.get(file) else []
        lines += [declaration.signature for declaration in declared]
        if lines:
            yield Piece(file, "\n".join(lines), "a neighbour of the target")


def _stem(path: str) -> str:
    return _last(path).partition(".")[0]


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _described(found: Declaration) -> str:
    owner = found.qualname.rpartition(".")[0]
    place = f"  [in {owner}]" if owner else ""
    return f"{found.signature}{place}" + (f"\n    {found.summary}" if found.summary else "")
