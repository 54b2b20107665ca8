"""Parses Python source with the running Python's parser; never executes it."""

from __future__ import annotations

import ast
import warnings

_TRIES = 5
"""CPython 3.11 raises SystemError if two threads build trees at once (its issue 106905)."""


def python_tree(source: str) -> ast.Module | None:
    """The syntax tree of a module, ignoring a byte order mark; ``None`` if it does not parse."""
    for _ in range(_TRIES):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # warnings about escapes in the user's code are not for our output
                return ast.parse(source.removeprefix("\ufeff"))
        except SystemError:
            continue
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
    return None
