"""The rule of paths: what routerd finds or a model names is read, sent, indexed or written only where this allows it.

By its real path inside the project's folder, a regular file, not ignored. The document that the user asks about
is the user's choice and is never held against this.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from routerd.adapters.workspace.files import ignored

_TOOLS = frozenset({".git", ".hg", ".svn", ".jj", "node_modules", "__pycache__", "site-packages", ".venv", "venv"})
"""Folders that a tool fills and nobody edits by hand, whether a ``.gitignore`` names them or not."""


def refusal(path: Path, root: Path | None, *, writes: bool = False) -> str | None:
    """Why a path may not be touched, as the rest of a sentence that begins with its name; ``None`` where it may.

    A file that does not exist yet may be. With ``writes`` no link may be on its way, as what is written goes
    to the file that the name says. ``root`` is ``None`` where the document is in no folder.
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
        # A loop of links is left in a real path as it stands.
        looped = any(folder.is_symlink() for folder in real.parents if folder.is_relative_to(root) and folder != root)
        return "lies behind a link that leads nowhere" if looped else None
    except (OSError, ValueError) as fault:
        return f"cannot be looked at ({getattr(fault, 'strerror', None) or fault})"
    return None if stat.S_ISREG(mode) else "is no regular file"


def _plain(part: str) -> str:
    """A folder's name as file systems take it that know no case and drop what a name ends with."""
    return part.casefold().rstrip(". ")
