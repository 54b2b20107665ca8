"""In file: whether another file may use what is tested, and what tests import it by; else they join the source.

Rust's own rule: a test in another file sees what is public in a library, and nothing of a program.
"""

from __future__ import annotations

import re
from posixpath import splitext

from routerd.domain.action import Target
from routerd.domain.project import Project
from routerd.languages import specs
from routerd.languages.inside import InFile
from routerd.languages.patterns import compiled
from routerd.steps.conventions.place_of_tests import package_of


def reachable(path: str, target: Target, project: Project) -> bool:
    """Whether tests in another file can use every symbol of the target."""
    rules = _rules(target.outline.language)
    if rules is None:
        return True
    folder = package_of(path, target.outline.language, project)
    library = f"{folder}/{rules.library}".lstrip("/")
    if library not in project.files or compiled(rules.program).search(_below(folder, path)):
        return False
    known, public = target.outline.by_qualname, compiled(rules.public)
    return all(
        public.match(one.signature)
        for symbol in target.symbols
        for one in (symbol, *(outer for name in _containers(symbol.qualname) for outer in known.get(name, ())))
    )


def module_name(path: str, test_path: str | None, language: str, project: Project) -> str | None:
    """What tests import the file's module by: from inside of it, or by its package; ``None`` for other languages."""
    rules = _rules(language)
    if rules is None:
        return None
    if test_path == path:
        return rules.inside
    name, folder = package_name(path, language, project), package_of(path, language, project)
    parts = splitext(_below(folder, path))[0].split("/")[1:]
    return rules.separator.join((name, *(part for part in parts if part not in rules.folder_files))) if name else None


def package_name(path: str, language: str, project: Project) -> str:
    """The name that the manifest gives a file's package, as code writes it; ``""`` where it is not known."""
    rules = _rules(language)
    if rules is None:
        return ""
    manifest = f"{package_of(path, language, project)}/{rules.manifest}".lstrip("/")
    found = compiled(rules.name, re.M).search(project.texts.get(manifest, ""))
    return found[1].replace("-", "_") if found else ""


def _rules(language: str) -> InFile | None:
    spec = specs().get(language)
    return spec.tests.in_file if spec else None


def _below(folder: str, path: str) -> str:
    return path.removeprefix(f"{folder}/") if folder else path


def _containers(qualname: str) -> list[str]:
    parts = qualname.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts))]
