"""Python source as a syntax tree, by this Python's own parser; nothing is ever run."""

from __future__ import annotations

import ast
import warnings

_TRIES = 5
"""CPython 3.11 raises SystemError where two threads build trees at once (its issue 106905)."""


def python_tree(source: str) -> ast.Module | None:
    """The tree of a module, without regard to a byte order mark; ``None`` where it does not parse."""
    for _ in range(_TRIES):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # warnings about the user's escapes are not ours to print
                return ast.parse(source.removeprefix("\ufeff"))
        except SystemError:
            continue
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
    return None
