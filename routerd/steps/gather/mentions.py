"""Mentions: `@file` and `@symbol` in the user's own words, found in the project's index and sent as context."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from routerd.domain.project import Declaration, Project

_MENTION = re.compile(r"(?<![\w@.`/])@(?P<name>[\w./$-]*[\w$])")
"""Not within a word, so that an e-mail address is none; the full stop that ends a sentence does not belong to it."""
_MOST_OFFERED = 50
"""More than fit on a screen."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A file, or a symbol in it, that the user's words name."""

    name: str
    """As it is written behind the ``@``."""
    path: str
    """Relative to the project's root."""
    qualname: str = ""
    """``""`` for a whole file."""


def mentions(words: str, project: Project) -> tuple[Mention, ...]:
    """What the words mention of a project, each once; a name that it does not have is a word like any other."""
    names = dict.fromkeys(match["name"] for match in _MENTION.finditer(words))
    found = (_file(name, project) or _symbol(name, project) for name in names)
    return tuple(mention for mention in found if mention is not None)


def offered(begun: str, project: Project) -> tuple[Mention, ...]:
    """What could be mentioned by a name that is begun: files and symbols, those that begin with it first."""
    wanted = begun.casefold()
    ranked = [
        (not key.startswith(wanted), len(mention.name), mention.name, mention)
        for mention in (*_files(project), *_symbols(project))
        if wanted in (key := mention.name.rpartition("/")[2].casefold()) or wanted in mention.name.casefold()
    ]
    ranked.sort(key=lambda one: one[:3])
    return tuple(dict.fromkeys(one[3] for one in ranked[:_MOST_OFFERED]))


def _files(project: Project) -> Iterator[Mention]:
    return (Mention(path, path) for path in project.files)


def _symbols(project: Project) -> Iterator[Mention]:
    for declared in project.declarations.values():
        for one in declared:
            yield Mention(one.qualname, one.path, one.qualname)


def _file(name: str, project: Project) -> Mention | None:
    """The file of that path, or the one file whose path ends with it."""
    if name in project.files:
        return Mention(name, name)
    ends = [path for path in project.files if path.endswith(f"/{name}")]
    return Mention(name, ends[0]) if len(ends) == 1 else None


def _symbol(name: str, project: Project) -> Mention | None:
    """The symbol of that name, the nearest to the root of several."""
    declared = project.declarations.get(name.rpartition(".")[2], ())
    found = next((one for one in declared if _is_named(one, name)), None)
    return Mention(name, found.path, found.qualname) if found else None


def _is_named(declared: Declaration, name: str) -> bool:
    return declared.qualname == name or declared.qualname.endswith(f".{name}")
