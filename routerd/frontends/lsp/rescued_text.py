"""Saves paid text that could not be applied to a file of its own, and shows it where the client can."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from routerd.domain.reply import Change
from routerd.domain.unified_diff import unified_diff
from routerd.frontends.lsp.client import EditorClient, NoAnswerError, Wire
from routerd.system.private_files import append_durably, private_folder

_SHOW_S = 5.0
"""Time a client has to show a document; some never answer."""


def as_diff(change: Change) -> str:
    """The edits of a change as one unified diff, which `git apply` and `patch` take."""
    return "".join(
        unified_diff(file.before, file.after, file.uri.rpartition("/")[2], create=file.create) for file in change.files
    )


def keep(text: str, name: str) -> Path:
    """Write the text to a new file beside the ledger and say where; ``name`` ends in its extension."""
    from platformdirs import user_data_path  # noqa: PLC0415  # the start does without it

    folder = user_data_path("routerd", appauthor=False) / "kept"
    private_folder(folder.parent)
    private_folder(folder)
    stem, _, extension = re.sub(r"[^\w.-]", "-", name).rpartition(".")
    path = folder / f"{datetime.now():%Y%m%d-%H%M%S-%f}-{stem}.{extension}"
    append_durably(path, text.encode("utf-8", "replace"))
    return path


async def show(path: Path, wire: Wire, client: EditorClient) -> bool:
    """Open the file in the editor; whether it did."""
    if not client.shows_documents:
        return False
    try:
        answer = await wire.ask("window/showDocument", {"uri": path.as_uri(), "takeFocus": True}, _SHOW_S)
    except NoAnswerError:
        return False
    return isinstance(answer, dict) and answer.get("success") is True
