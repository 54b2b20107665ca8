"""The offline design: the promised sections, with declarations, documentation and imports, and no opinion."""

from __future__ import annotations

from tests.offline.asking import judged, question, reply

SOURCE = '''"""Reads headers.

More of it.
"""
import os.path
from . import b
from pkg.c import thing


def parse_header(data):
    return thing(data)


class Box:
    """Holds | things."""
'''


async def designed(source: str, path: str = "pkg/a.py", language: str = "python") -> str:
    asked = question("design", source, path=path, language=language)
    change = judged(await reply(asked), asked, frozenset((path,)))
    assert change.document is not None
    return change.document


async def test_it_has_the_promised_sections_in_order_and_says_that_no_model_wrote_it() -> None:
    text = await designed(SOURCE)
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert headings == ["## Purpose", "## Structure", "## Dependencies", "## Risks", "## Next steps"]
    assert "offline, without a model" in text


async def test_it_says_what_the_file_says_and_nothing_else() -> None:
    text = await designed(SOURCE)
    assert "## Purpose\n\nReads headers.\n" in text
    assert "| `parse_header` | function | 10–11 | – |" in text
    assert "| `Box` | class | 14–15 | Holds &#124; things. |" in text
    assert "- `os.path`\n" in text
    assert "- `pkg.c`\n" in text
    assert text.count("Nothing certain can be said about this without a model") == 2


async def test_a_language_without_a_grammar_still_gets_a_document() -> None:
    assert "No declarations were found" in await designed("# Notes\n", "notes.md", "markdown")
