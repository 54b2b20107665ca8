"""The import graph of a project's files, from their import statements."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from posixpath import dirname, join, normpath, splitext

from routerd.domain.project import Project
from routerd.domain.symbol import Outline
from routerd.languages import language_of, specs
from routerd.languages.spec import ImportRules, ModuleNames

_SOURCE_FOLDERS = ("src/", "lib/", "python/")


@dataclass(frozen=True, slots=True)
class Graph:
    """Edges between files of the project, and the modules from outside that each file imports."""

    inside: Mapping[str, tuple[str, ...]]
    outside: Mapping[str, tuple[str, ...]]

    def importers(self, path: str) -> tuple[str, ...]:
        """The files that import a file."""
        return tuple(file for file, targets in self.inside.items() if path in targets and file != path)

    def cycle(self, path: str) -> tuple[str, ...]:
        """The shortest import cycle through a file, with that file at both ends; empty if there is none."""
        came: dict[str, str] = {}
        waiting = deque([path])
        while waiting:
            current = waiting.popleft()
            for after in self.inside.get(current, ()):
                if after == path:
                    way = [path]
                    while current != path:
                        way.append(current)
                        current = came[current]
                    return (path, *reversed(way))
                if after not in came:
                    came[after] = current
                    waiting.append(after)
        return ()


def graph_of(project: Project, path: str, outline: Outline) -> Graph:
    """The graph of a project; the imports of ``path`` come from its outline, which is newer than the index."""
    files = frozenset((*project.files, path))
    modules = _modules(files)
    imports = dict(project.imports)
    imports[path] = tuple(
        dict.fromkeys(name for found in outline.imports for name in _with_members(found.module, found.names))
    )
    inside: dict[str, tuple[str, ...]] = {}
    outside: dict[str, tuple[str, ...]] = {}
    for file, named in imports.items():
        resolved = {name: _resolved(name, file, files, modules) for name in named}
        inside[file] = tuple(dict.fromkeys(t for t in resolved.values() if t and t != file))
        outer = (name for name, target in resolved.items() if not target and not _is_member(name, resolved))
        outside[file] = tuple(dict.fromkeys(_top(name) for name in outer if _top(name)))
    return Graph(inside, outside)


def _with_members(module: str, names: Iterable[str]) -> Iterable[str]:
    """``from package import part`` may mean the file of the part."""
    yield module
    yield from (f"{module}{'' if module.endswith('.') else '.'}{name}" for name in names if name.isidentifier())


def _is_member(name: str, resolved: Mapping[str, str | None]) -> bool:
    return name.rpartition(".")[0] in resolved


def _modules(files: frozenset[str]) -> dict[str, str]:
    """Dotted module names of Python files, from the root and from below a source folder."""
    found: dict[str, str] = {}
    for file in sorted(files):
        rules = _rules(file)
        if rules and rules.modules is ModuleNames.PYTHON_PACKAGES:
            stem = splitext(file)[0].removesuffix("/__init__")
            found.setdefault(stem.replace("/", "."), file)
            for folder in _SOURCE_FOLDERS:
                if stem.startswith(folder):
                    found.setdefault(stem.removeprefix(folder).replace("/", "."), file)
    return found


def _resolved(name: str, file: str, files: frozenset[str], modules: Mapping[str, str]) -> str | None:
    """The file of the project that an import refers to."""
    rules = _rules(file)
    if rules is None:
        return None
    if rules.modules is ModuleNames.PYTHON_PACKAGES:
        dots = len(name) - len(name.lstrip("."))
        if not dots:
            return modules.get(name)
        folder = dirname(file)
        for _ in range(dots - 1):
            folder = dirname(folder)
        return modules.get(".".join(part for part in (folder.replace("/", "."), name[dots:]) if part))
    bare = name.strip("\"'<>").replace(rules.separator, "/")
    for base in (dirname(file), ""):
        for suffix in rules.suffixes:
            path = normpath(join(base, bare)) + suffix
            if path in files and path != file:
                return path
    return None


def _rules(file: str) -> ImportRules | None:
    spec = specs().get(language_of(file))
    return spec.imports if spec else None


def _top(name: str) -> str:
    bare = name.strip("\"'<>")
    if bare.startswith("."):
        return ""
    return bare if "/" in bare or bare.startswith("@") else bare.partition(".")[0] if not bare.endswith(".h") else bare
