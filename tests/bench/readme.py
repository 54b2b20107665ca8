"""The commands of README.md, cut out as they stand, so that a README that has rotted fails where they are run."""

from __future__ import annotations

import re
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"


def block(words: str) -> str:
    """The fenced block that holds these words, else the first one after them. Raises SystemExit."""
    text = README.read_text("utf-8")
    at = text.find(words)
    for found in re.finditer(r"^```\w+\n(.*?)^```$", text, re.M | re.S):
        if 0 <= at < found.end():
            return found[1].strip()
    raise SystemExit(f"README.md has lost its block for '{words}'")
