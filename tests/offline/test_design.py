"""The offline design: the promised sections, the real imports, and cycles that are really there."""

from __future__ import annotations

from routerd.domain.fence import fences
from routerd.domain.project import Declaration, Project
from routerd.domain.symbol import SymbolKind
from tests.offline.asking import judged, question, reply

PROJECT = Project(
    root="file:///p",
    files=("pkg/__init__.py", "pkg/a.py", "pkg/b.py", "pkg/c.py", "pkg/lonely.py", "pyproject.toml"),
    declarations={"load": (Declaration("load", "load", SymbolKind.FUNCTION, "pkg/b.py", "def load()"),)},
    imports={"pkg/a.py": (), "pkg/b.py": ("pkg.c", "json"), "pkg/c.py": (".a",), "pkg/lonely.py": ("os",)},
)
SOURCE = '''"""Reads headers.

More of it.
"""
import os.path
from . import b
from pkg.c import thing


def parse_header(data):
    try:
        return thing(data)
    except Exception:
        pass


class Box:
    """Holds | things."""
'''


async def designed(source: str, path: str = "pkg/a.py", language: str = "python", project: Project = PROJECT) -> str:
    asked = question("design", source, path=path, language=language, project=project)
    change = judged(await reply(asked, project), asked, frozenset(project.files))
    assert change.document is not None
    return change.document


async def test_it_has_the_promised_sections_in_order_and_says_that_no_model_wrote_it() -> None:
    text = await designed(SOURCE)
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert headings == ["## Purpose", "## Structure", "## Dependencies", "## Risks", "## Next steps"]
    assert "offline, without a model" in text


async def test_purpose_and_structure_come_from_docstrings_and_names() -> None:
    text = await designed(SOURCE)
    assert "## Purpose\n\nReads headers.\n" in text
    assert "| `parse_header` | function | 10–14 | Parse the header. (by its name) |" in text
    assert "| `Box` | class | 17–18 | Holds &#124; things. |" in text
    assert "- `pkg/b.py`: `load`" in text


async def test_the_diagram_holds_the_real_imports_of_and_between_the_files() -> None:
    (diagram,) = [fence.code for fence in fences(await designed(SOURCE)) if fence.info == "mermaid"]
    assert diagram.startswith("graph LR\n")
    for edge in ('n1["pkg/c.py"] --> n0', 'n0 --> n3["pkg/b.py"]', "n0 --> n1", 'n0 -.-> n4["os"]', "n3 --> n1"):
        assert edge in diagram
    assert "lonely" not in diagram


async def test_a_cycle_is_named_with_the_way_that_it_takes() -> None:
    text = await designed(SOURCE)
    assert "Imports form a cycle: `pkg/a.py` → `pkg/c.py` → `pkg/a.py`." in text
    assert "Cut the cycle" in text


async def test_risks_are_facts_and_each_has_its_step() -> None:
    text = await designed(SOURCE)
    assert "- Line 13 catches every error and goes on." in text
    assert "No test file for it was found." in text
    calm = await designed("def f():\n    return 1\n", "a.py", project=Project("file:///p", ("a.py", "test_a.py")))
    assert "found nothing" in calm


async def test_a_language_without_a_grammar_still_gets_a_document() -> None:
    text = await designed("# Notes\n", "notes.md", "markdown", Project("file:///p", ("notes.md",)))
    assert "No declarations were found" in text
