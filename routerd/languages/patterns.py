"""Patterns as data: strings in the language files, compiled once, when the first text of the language asks."""

from __future__ import annotations

import re
from functools import cache

NEVER = r"(?!)"
"""Matches nothing."""
JAVADOC = r"/\*\*(?!/)"
"""How a documentation block begins in the languages that took it from Java."""
C_STRINGS_AND_COMMENTS = r"""(?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|//[^\n]*|/\*.*?\*/"""
"""Strings and comments of the languages whose comments are C's."""
VERBATIM = (
    r"(?!concatenated_|string_start|preproc_).*"
    r"(?:string|char|regex|heredoc|jsx_|subshell|symbol|template_literal)"
)
"""Types of nodes in which white space is text, as most grammars name them."""


@cache
def compiled(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """A language's pattern, compiled; there are some twenty for each language."""
    return re.compile(pattern, flags)
