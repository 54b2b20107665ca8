"""Documents the files of a project in place, by a model on loopback whose words try to end their comment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

from routerd.app.workspace import App
from routerd.domain.action import Request
from routerd.domain.document import Document
from routerd.domain.outcome import Status
from routerd.domain.position import Position, Range
from routerd.domain.text import Text
from tests import brain
from tests.loopback import Upstream
from tests.pipeline.test_pipeline import Desk
from tests.real.documenting import CONFIG

MAX_CHARACTERS = 60_000
_WORDS = (
    "Do what {} does.",
    'Do what {} does, but for */ and """ and \\u002a/ in its text.',
    "Do what\n{} does.\n\nTwice.",
)


def _documentation(user: str, turn: int) -> str:
    """Words for each symbol: plain ones, such as would end a comment or a string, and some of several lines."""
    names = re.findall(r'<doc name="([^"]+)">', brain.documentation(user))
    blocks = (f'<doc name="{name}">\n{_WORDS[(turn + at) % 3].format(name)}\n</doc>' for at, name in enumerate(names))
    return "\n".join(blocks)


async def document_in_place(paths: list[Path], language: str, home: Path, replace: bool) -> int:
    """Document each file that can be, ``replace`` what documentation there is; the number of edits."""
    edits, turns, start = 0, count(), Range(Position(0, 0), Position(0, 0))

    def reply(body: Mapping[str, Any]) -> str:
        return _documentation(str(body["messages"][1]["content"]), next(turns))

    async with Upstream(reply=reply) as upstream:
        config = home / "config.toml"
        config.write_text(CONFIG.format(url=upstream.base_url), "utf-8")
        app = App.open(config_file=config, root=home / "project")
        for path in paths:
            source = path.read_bytes().decode("utf-8", "replace")
            document = Document(path.as_uri(), 1, language, Text(source))
            if not source.strip() or len(source) > MAX_CHARACTERS:
                continue
            request = Request("document", document, start, whole_file=True, replace=replace)
            desk = Desk(document)
            outcome = await app.run(request, desk, desk)
            if outcome.status is Status.APPLIED:
                (file,) = desk.applied[-1].files
                edits += len(file.edits)
                path.write_bytes(file.after.string.encode())
        await app.disconnect()
        app.close()
    return edits
