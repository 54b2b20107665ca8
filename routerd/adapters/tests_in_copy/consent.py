"""Which projects' tests routerd may run: a JSON file of the user's, which only the user's answer changes."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from routerd.system.private_files import private_folder
from routerd.system.regular_files import read_regular

MAX_BYTES = 1_000_000
"""Ten thousand projects."""


class Consents:
    """The answers by project root, as real paths; a file that cannot be read allows nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def answers(self) -> Mapping[str, bool]:
        """Every answer that was given: ``True`` where tests may be run."""
        try:
            found = json.loads(read_regular(self.path, MAX_BYTES))
        except (OSError, ValueError):
            return {}
        if not isinstance(found, dict):
            return {}
        return {root: answer for root, answer in found.items() if isinstance(answer, bool)}

    def put(self, root: Path, allowed: bool) -> None:
        """Keeps an answer. The file is replaced whole, so that no reader sees half of it. Raises OSError."""
        answers = {**self.answers(), str(root.resolve()): allowed}
        private_folder(self.path.parent)
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(answers, file, indent=1, sort_keys=True)
            Path(name).replace(self.path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
