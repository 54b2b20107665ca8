"""FILE[:LINE[:COL]] of the command line, as a document and a span in it."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from routerd.app.workspace import App
from routerd.domain.action import Request
from routerd.domain.document import Document
from routerd.domain.errors import UsageError
from routerd.domain.model import ModelRef
from routerd.domain.position import Position, Range
from routerd.domain.tier import Tier

_WITH_LINE = re.compile(r"^(?P<file>.+?):(?P<line>\d{1,9})(?::(?P<column>\d{1,9}))?$")
_NO_LINE = re.compile(r"^(?P<file>.*?[^:]):(?P<rest>[^/\\]*)$")
"""A name with something behind a colon that is no line; behind the colon of a drive or an address is a path."""


def request(  # noqa: PLR0913  # each is a word of the command line
    app: App,
    action: str,
    where: str,
    *,
    instruction: str = "",
    tier: str | None = None,
    model: str | None = None,
    replace: bool = False,
) -> Request:
    """A request for an action at FILE[:LINE[:COL]] (from 1); without a line it is about the whole file.

    Raises UsageError where the file, place, tier or model does not exist.
    """
    path, position = split(where)
    document = _document(app, path)
    if position is not None and position.line >= len(document.text.lines):
        raise UsageError(f"{path} has {len(document.text.lines)} lines; there is no line {position.line + 1}.")
    if position is not None and position.column == 0:
        # A line alone means what is declared on it, whatever its indentation.
        position = Position(position.line, len(document.text.indent(position.line)))
        named = app.grammar.outline(document)
        position = next((s.name_span.start for s in named.symbols if s.name_span.start.line == position.line), position)
    at = position or Position(0, 0)
    return Request(
        action,
        document,
        Range(at, at),
        tier=Tier.named(tier) if tier is not None else None,
        model=model_named(app, model),
        instruction=instruction,
        whole_file=position is None,
        replace=replace,
    )


def split(where: str) -> tuple[Path, Position | None]:
    """The file and the place in it, from 0; ``None`` where only a file is named. Raises UsageError."""
    if os.path.exists(where):  # false, not an error, for what no file can be called
        return Path(where), None
    match = _WITH_LINE.match(where)
    if match is None:
        drive, name = os.path.splitdrive(where)
        if wrong := _NO_LINE.match(name):
            file, rest = drive + wrong["file"], wrong["rest"]
            raise UsageError(f"'{rest}' is no line: write {file}:LINE or {file}:LINE:COLUMN, counted from 1.")
        return Path(where), None
    line, column = int(match["line"]), int(match["column"] or 1)
    if line < 1 or column < 1:
        raise UsageError(f"Lines and columns count from 1: '{where}' has a 0.")
    return Path(match["file"]), Position(line - 1, column - 1)


def _document(app: App, path: Path) -> Document:
    if path.is_dir():
        raise UsageError(f"{path} is a folder: name a file in it.")
    document = app.document(path.absolute().as_uri())
    if document is None:
        raise UsageError(f"{path} {_unreadable(path)}: name a file that can be read.")
    return document


def _unreadable(path: Path) -> str:
    """Why a file could not be read, as the rest of a sentence that begins with its name."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return "is no regular file"
        path.open("rb").close()
    except FileNotFoundError:
        return "does not exist"
    except OSError as fault:
        return f"cannot be read ({fault.strerror})"
    return "is larger than 10 MB"


def model_named(app: App, name: str | None) -> ModelRef | None:
    """The model of a name. Raises UsageError where its provider does not exist."""
    if name is None:
        return None
    try:
        model = ModelRef.parse(name)
    except ValueError as fault:
        raise UsageError(f"{fault}.") from None
    if model.provider not in app.settings.providers:
        known = ", ".join(sorted(app.settings.providers))
        raise UsageError(f"There is no provider '{model.provider}'; there are {known}.")
    return model
