"""Titles: tests that are named by strings or macro arguments rather than by a function's name."""

from __future__ import annotations

import re

from routerd.languages.patterns import compiled
from routerd.languages.spec import Merge


def known_titles(code: str, existing: str, rules: Merge) -> bool:
    """Whether every test of the code is one that stands already, by its title."""
    string = compiled(rules.title)
    mine = {found["title"] for found in string.finditer(code)}
    return bool(mine) and mine <= {found["title"] for found in string.finditer(existing)}


def titles_renamed(code: str, existing: str, rules: Merge) -> str:
    """The code with a free name for each case whose suite and name are taken, as in GoogleTest."""
    macro = compiled(rules.case_macro)
    taken = {(found[2], found[4]) for found in macro.finditer(existing)}

    def free(found: re.Match[str]) -> str:
        suite, name, number = found[2], found[4], 2
        if (suite, name) not in taken:
            return found[0]
        while (suite, f"{name}{number}") in taken:
            number += 1
        taken.add((suite, f"{name}{number}"))
        return f"{found[1]}{suite}{found[3]}{name}{number}"

    return macro.sub(free, code)
