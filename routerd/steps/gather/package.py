"""Context from other files of the project, by the index in memory: signatures and sibling files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from posixpath import commonprefix, dirname

from routerd.domain.action import Target
from routerd.domain.project import Declaration, Project
from routerd.domain.symbol import Import
from routerd.languages import family_of, language_of, specs
from routerd.languages.patterns import compiled
from routerd.steps.gather.piece import Piece

_MAX_HOMONYMS = 2
"""A name declared in more files than this is too ambiguous."""
_MAX_NEIGHBOURS = 30


def signatures(target: Target, used: tuple[str, ...], project: Project, path: str) -> Iterator[Piece]:
    """Signatures of what the target uses from other files: what it imports or shares a package with, nearest first."""
    local = {symbol.name for symbol in target.outline.symbols}
    modules = _modules(target.outline.imports)
    spec = specs().get(target.outline.language)
    shared = dirname(path) if spec and spec.imports.folder_is_package else None
    family = family_of(path)
    for name in used:
        known = project.declarations.get(name, ()) if name not in local else ()
        known = tuple(d for d in known if d.path != path and family_of(d.path) == family)
        from_modules = [d for d in known if modules.get(d.qualname.partition(".")[0], set()) & _called(d.path)]
        # ``module.name``: a top-level name of a file that is imported as such.
        of_modules = [d for d in known if d.qualname == name and modules.keys() & _called(d.path)]
        imported = [d for d in known if d.qualname.partition(".")[0] in modules]
        beside = [d for d in known if dirname(d.path) == shared]
        likely = from_modules or of_modules or imported or beside
        for found in sorted(likely, key=lambda d: -len(commonprefix((d.path, path))))[:_MAX_HOMONYMS]:
            yield Piece(found.path, _described(found), f"`{name}` is used by the target")


def _modules(imports: tuple[Import, ...]) -> dict[str, set[str]]:
    """Each imported name with the parts of its module's name; a header's name is itself."""
    found: dict[str, set[str]] = {}
    for one in imports:
        words = set(re.findall(r"\w+", one.module))
        last = _stem(one.module) if "/" in one.module or "." in one.module else one.module
        for name in one.names or (last,):
            found.setdefault(name, set()).update(words)
    return found


def _called(path: str) -> set[str]:
    """The name by which imports refer to a file: its own, or its folder's, depending on the language."""
    stem, spec = _stem(path), specs().get(language_of(path))
    by_folder = spec is not None and compiled(spec.imports.folder_named).fullmatch(stem)
    return {_last(dirname(path))} if by_folder else {stem}


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
    position = f"  [in {owner}]" if owner else ""
    return f"{found.signature}{position}" + (f"\n    {found.summary}" if found.summary else "")
