"""What several languages have word for word: commands to tools, and C's comments; no language by itself."""

from __future__ import annotations

from routerd.languages.patterns import C_STRINGS_AND_COMMENTS
from routerd.languages.spec import CommentStyle

COMMANDS = (
    "@ts-ignore",
    "@ts-nocheck",
    "@ts-expect-error",
    "@jsx ",
    "eslint-disable",
    "frozen_string_literal:",
)
"""Refused in every language: code of one often stands in the comments of another."""
LINE_COMMANDS = ("encoding:", "coding:", "warn_indent:", "shareable_constant_value:", "+build ", "go:")

HEADING = ("#!", "//", "# ")
"""How the comments begin that a file begins with."""

C_COMMENTS = CommentStyle(
    line=("///", "//!", "//"), blocks=(("/*", "*/"),), strings_and_comments=C_STRINGS_AND_COMMENTS
)

NAME_FIRST = r"^\s*(?:\.\.\.|mut\s+|&\s*)*(?:@\w+\s+)*([A-Za-z_$][\w$]*)"
"""A parameter whose type, if it has one, stands behind its name."""
NAME_LAST = r"([A-Za-z_]\w*)\s*(?:\[\s*\])*\s*$"
"""A parameter whose type stands before its name."""

BLOCK_ESCAPES = (("*/", "*\\/"),)
"""A line in a ``/** */`` block that would end it."""
