"""Converts between ``file:`` URIs and paths on each platform."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit


def uri_of(path: Path) -> str:
    """The ``file:`` URI of a path."""
    return path.absolute().as_uri()


def path_of(uri: str) -> Path | None:
    """The path of a ``file:`` URI; ``None`` for untitled documents, other schemes and invalid URIs."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    # Names need not be UTF-8 where they are bytes.
    path = unquote(parts.path, errors="surrogateescape")
    if parts.scheme != "file" or "\0" in path:
        return None
    if os.name == "nt":
        # file:///c:/x has the path /c:/x; file://server/share is a UNC path.
        path = f"//{parts.netloc}{path}" if parts.netloc else path.lstrip("/")
    return Path(path)
