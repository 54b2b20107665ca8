"""The Python and the search paths that a project's tests run with: its own environment, and the copy's code."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from routerd.system.virtual_environment import PYTHON, interpreter_of

_ENVIRONMENTS = (".venv", "venv", "env")
_SOURCES = ("", "src", "lib")
"""Folders that a project's packages stand in, relative to its root."""


def python_of(root: Path | None, folder: str, environ: Mapping[str, str]) -> str:
    """The interpreter of a virtual environment in the project, of the active one, else the first of ``PATH``."""
    for place in _environments(root, folder, environ):
        if found := interpreter_of(place):
            return str(found)
    return PYTHON


def _environments(root: Path | None, folder: str, environ: Mapping[str, str]) -> Iterator[Path]:
    if root is not None:
        for base in dict.fromkeys((root / folder, root)):
            yield from (base / name for name in _ENVIRONMENTS)
    if active := environ.get("VIRTUAL_ENV"):
        yield Path(active)


def search_path(root: Path | None, copy: Path, folder: str, environ: Mapping[str, str]) -> str:
    """``PYTHONPATH`` for the copy: an editable installation would otherwise import the original's code."""
    own = [copy / base / name for base in dict.fromkeys((folder, "")) for name in _SOURCES]
    found = [str(path) for path in own if path.is_dir()]
    for entry in filter(None, environ.get("PYTHONPATH", "").split(os.pathsep)):
        path = Path(entry)
        inside = root is not None and path.is_relative_to(root)
        found.append(str(copy / path.relative_to(root)) if inside and root is not None else entry)
    return os.pathsep.join(dict.fromkeys(found))
