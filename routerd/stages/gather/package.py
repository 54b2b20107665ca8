"""Context from other files of the project, out of the index in memory: signatures and neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import commonprefix, dirname

from routerd.domain.action import Target
from routerd.domain.project import Declaration, Project
from routerd.stages.gather.piece import Piece

_MAX_HOMONYMS = 2
"""A name that more files declare says little about which one is meant."""
_MAX_NEIGHBOURS = 30


def signatures(target: Target, used: tuple[str, ...], project: Project, path: str) -> Iterator[Piece]:
    """Signatures of what the target uses from other files: names that it imports, nearest file first."""
    local = {symbol.name for symbol in target.outline.symbols}
    imported = {name for found in target.outline.imports for name in found.names}
    modules = " ".join(found.module for found in target.outline.imports)
    for name in used:
        if name in local:
            continue
        known = [d for d in project.declarations.get(name, ()) if d.path != path]
        likely = [d for d in known if name in imported or _stem(d.path) in modules]
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
    return path.rpartition("/")[2].partition(".")[0]


def _described(found: Declaration) -> str:
    owner = found.qualname.rpartition(".")[0]
    place = f"  [in {owner}]" if owner else ""
    return f"{found.signature}{place}" + (f"\n    {found.summary}" if found.summary else "")
