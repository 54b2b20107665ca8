"""Context from other files of the project, out of the index in memory: signatures and neighbours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import commonprefix, dirname

from routerd.domain.action import Target
from routerd.domain.project import Declaration, Project
from routerd.stages.gather.piece import Piece

_MAX_HOMONYMS = 2
"""A name that more files declare says little about which one is meant."""
_MAX_NEIGHBOURS = 30
_FOLDER_IS_PACKAGE = ("go", "java", "csharp")
"""Languages whose files see what the other files of their folder declare, without an import."""


def signatures(target: Target, used: tuple[str, ...], project: Project, path: str) -> Iterator[Piece]:
    """Signatures of what the target uses from other files: what it imports or shares a package with, nearest first."""
    local = {symbol.name for symbol in target.outline.symbols}
    imports = target.outline.imports
    imported = {name for found in imports for name in found.names}
    modules = imported.union(*(re.findall(r"\w+", found.module) for found in imports))
    shared = dirname(path) if target.outline.language in _FOLDER_IS_PACKAGE else None
    for name in used:
        likely = []
        for found in project.declarations.get(name, ()) if name not in local else ():
            folder, outermost = dirname(found.path), found.qualname.partition(".")[0]
            # ``module.name``: a top-level name of a file, or of a folder, that is imported.
            by_module = found.qualname == name and not modules.isdisjoint((_stem(found.path), _last(folder)))
            if found.path != path and (outermost in imported or folder == shared or by_module):
                likely.append(found)
        for found in sorted(likely, key=lambda d: -len(commonprefix((d.path, path))))[:_MAX_HOMONYMS]:
            yield Piece(found.path, _described(found), f"`{name}` is used by the target")


def neighbours(project: Project, path: str) -> Iterator[Piece]:
    """The other files of the target's folder: what each imports and declares."""
    folder = dirname(path)
    here = [file for file in project.files if dirname(file) == folder and file != path]
    declared: dict[str, list[Declaration]] = {}
    for found in project.declarations.values():
        for declaration in found:
            if dirname(declaration.path) == folder:
                declared.setdefault(declaration.path, []).append(declaration)
    for file in here[:_MAX_NEIGHBOURS]:
        top = [d for d in declared.get(file, ()) if "." not in d.qualname]
        lines = [f"imports {', '.join(project.imports[file])}"] if project.imports.get(file) else []
        lines += [d.signature for d in top]
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
