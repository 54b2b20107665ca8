"""Titles: tests that are named by strings or macro arguments rather than by a function's name."""

from __future__ import annotations

import re

_STRING = re.compile(r"\b(?:it|test|specify|TEST_CASE|SCENARIO)\s*\(?\s*(['\"`])(?P<title>.+?)\1")
_MACRO = re.compile(r"\b(TEST(?:_F|_P)?\(\s*)(\w+)(\s*,\s*)(\w+)(?=\s*\))")


def known_titles(code: str, existing: str) -> bool:
    """Whether every test of the code is one that stands already, by its title."""
    mine = {found["title"] for found in _STRING.finditer(code)}
    return bool(mine) and mine <= {found["title"] for found in _STRING.finditer(existing)}


def titles_renamed(code: str, existing: str) -> str:
    """The code with a free name for each GoogleTest case whose suite and name are taken."""
    taken = {(found[2], found[4]) for found in _MACRO.finditer(existing)}

    def free(found: re.Match[str]) -> str:
        suite, name, number = found[2], found[4], 2
        if (suite, name) not in taken:
            return found[0]
        while (suite, f"{name}{number}") in taken:
            number += 1
        taken.add((suite, f"{name}{number}"))
        return f"{found[1]}{suite}{found[3]}{name}{number}"

    return _MACRO.sub(free, code)
