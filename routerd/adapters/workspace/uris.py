"""Between ``file:`` URIs and paths, on each platform."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit


def uri_of(path: Path) -> str:
    """The ``file:`` URI of a path."""
    return path.absolute().as_uri()


def path_of(uri: str) -> Path | None:
    """The path of a ``file:`` URI; ``None`` for untitled documents and other schemes."""
    parts = urlsplit(uri)
    if parts.scheme != "file":
        return None
    path = unquote(parts.path)
    if os.name == "nt":
        # file:///c:/x has the path /c:/x; file://server/share is a UNC path.
        path = f"//{parts.netloc}{path}" if parts.netloc else path.lstrip("/")
    return Path(path)
