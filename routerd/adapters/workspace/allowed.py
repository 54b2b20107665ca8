"""The path rule: which files, found by routerd or named by a model, may be read, sent, indexed or written.

A file's real path must be inside the project's folder, a regular file and not ignored. The rule does not apply to
the document that the user asks about, which is the user's choice.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from routerd.adapters.workspace.files import ignored
from routerd.domain.secret import holds_secrets

_TOOLS = frozenset({".git", ".hg", ".svn", ".jj", "node_modules", "__pycache__", "site-packages", ".venv", "venv"})
"""Folders that tools generate, whether or not a ``.gitignore`` names them."""


def refusal(path: Path, root: Path | None, *, writes: bool = False) -> str | None:
    """Why a path may not be accessed, as the rest of a sentence that begins with its name; ``None`` if it may.

    A file that does not exist yet is allowed. With ``writes`` its path may contain no link, so that the named file
    itself is written. ``root`` is ``None`` if the document is in no folder.
    """
    if root is None:
        return "is not touched, as the document is in no folder: save it first"
    root = Path(os.path.abspath(root))
    path = Path(os.path.normpath(root / path))
    real_root, real = (Path(os.path.realpath(one)) for one in (root, path))
    if not path.is_relative_to(root) or not real.is_relative_to(real_root):
        return "lies outside the project's folder"
    below, real_below = path.relative_to(root), real.relative_to(real_root)
    if writes and below != real_below:
        return "is a link or lies behind one, and routerd writes through none"
    if any(_plain(part) in _TOOLS for part in (*below.parts, *real_below.parts)):
        return "belongs to a tool"
    if holds_secrets(path.name) or holds_secrets(real.name):
        return "is a file of secrets by its name"
    wrong = _irregular(real, real_root)
    if wrong is not None:
        return wrong
    if ignored(path, root) or (below != real_below and ignored(real, real_root)):
        return "is ignored by git"
    return None


def _irregular(real: Path, root: Path) -> str | None:
    try:
        mode = os.lstat(real).st_mode
    except (FileNotFoundError, NotADirectoryError):
        # A real path retains a loop of links.
        looped = any(folder.is_symlink() for folder in real.parents if folder.is_relative_to(root) and folder != root)
        return "lies behind a link that leads nowhere" if looped else None
    except (OSError, ValueError) as fault:
        return f"cannot be looked at ({getattr(fault, 'strerror', None) or fault})"
    return None if stat.S_ISREG(mode) else "is no regular file"


def _plain(part: str) -> str:
    """A folder's name as case-insensitive file systems that strip trailing characters see it."""
    return part.casefold().rstrip(". ")
