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

JS_ORDER = (
    r"(?://|/\*+)\s*(?:@ts-(?:expect-error|ignore)\b|(?:es|js|ts)lint[- ]|oxlint-"
    r"|biome-ignore|deno-(?:lint|fmt|coverage)-?"
    r"|tslint:"
    r"|(?:c8|v8|istanbul|node:coverage)\s+ignore|prettier-ignore|rome-ignore|dprint-ignore|@vite-ignore|@vitest-|webpack\w+:"
    r"|[@#]__\w+__|\$Flow\w+|noinspection\b|stylelint-|sonar|NOSONAR|NOLINT|cspell:|spell-?check|codeql\[|nosemgrep|lgtm)"
)
"""A comment that is an order to a tool about what stands on the next line."""
C_ORDER = (
    r"(?://|/\*+)\s*(?:NOLINT|clang-format\s|clang-tidy\s|cppcheck-suppress|coverity\[|ReSharper\s|noinspection\b|LCOV_EXCL|GCOVR?_EXCL"
    r"|NOSONAR|IWYU\s|codeql\[|nosemgrep|-V::?\d|lint\s|lint-|FALLTHRU|FALLTHROUGH|uncrustify:|\*?INDENT-O|NOPMD|CHECKSTYLE|@formatter:"
    r"|CSOFF|CSON|SUPPRESS\s+CHECKSTYLE|\$NON-NLS|spotless:|ktlint-|detekt:|@?phpcs:|phpstan|@phpstan-|@psalm-|phan-|@codeCoverageIgnore"
    r"|rustfmt::|clippy::|pragma\s|dotcover|Stryker\s|language=|region\b|endregion\b|@ts-)"
)
