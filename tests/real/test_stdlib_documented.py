"""Real input: every undocumented function and class of Python's own modules is documented offline, unharmed."""

from __future__ import annotations

import ast
import os
from pathlib import Path

from routerd.app.workspace import App
from routerd.domain.action import Request
from routerd.domain.document import Document
from routerd.domain.model import OFFLINE
from routerd.domain.outcome import Status
from routerd.domain.position import Range
from routerd.domain.text import Text
from tests.offline.asking import GRAMMAR
from tests.pipeline.test_pipeline import Desk, home

__all__ = ["home"]

PER_MODULE = 8
"""Symbols of a module that are documented, each by an action of its own."""
WANTED_MODULES = 60
"""The issue asks for at least as many."""
MAX_CHARACTERS = 60_000
"""Larger modules only cost time: they show nothing that the others do not."""


def bare(source: str) -> str:
    """The syntax tree without docstrings; ``...`` and ``pass`` alike, as a body that held only one needs the other."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and isinstance(
            body, list
        ):
            first = body[0] if body else None
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                body.pop(0)
    return ast.dump(tree)


async def test_documentation_of_sixty_standard_modules_changes_no_code_and_stands_at_undocumented_symbols_alone(
    home: Path,
) -> None:
    (home / "config.toml").write_text("", "utf-8")
    app = App.open(config_file=home / "config.toml", root=home / "project")
    modules = written = 0
    for path in sorted(Path(os.__file__).parent.glob("*.py")):
        source = path.read_bytes().decode("utf-8", "replace")
        if modules == WANTED_MODULES:
            break
        if not 200 < len(source) < MAX_CHARACTERS or not undocumented(source):
            continue
        modules += 1
        document = Document((home / "project" / path.name).as_uri(), 1, "python", Text(source))
        left = [symbol for symbol in GRAMMAR.outline(document).symbols if symbol.doc is None]
        for symbol in left[:PER_MODULE]:
            desk = Desk(document)
            start = symbol.name_span.start
            outcome = await app.run(Request("document", document, Range(start, start)), desk, desk)
            assert outcome.model == OFFLINE
            if outcome.status is Status.FAILED:  # the built-in engine writes only what is certain
                assert "certain" in outcome.message, (path.name, outcome.message)
                assert not desk.applied
                continue
            assert outcome.status is Status.APPLIED, (path.name, outcome.message)
            (file,) = desk.applied[0].files
            after = file.after.string
            compile(after, path.name, "exec", dont_inherit=True)
            assert bare(after) == bare(source), path
            assert all(not file.before.slice(edit.span).strip() for edit in file.edits), path
            written += len(file.edits)
    app.close()
    assert modules >= WANTED_MODULES
    # Few: the built-in engine documents errors and allowed values alone. tests/promises has 100,000 answers of models.
    assert written >= 5


def undocumented(source: str) -> bool:
    """Whether anything in the module lacks documentation."""
    tree = ast.parse(source)
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return any(isinstance(node, kinds) and ast.get_docstring(node) is None for node in ast.walk(tree))
