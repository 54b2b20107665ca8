"""The context of real functions: a third of the file at the most, and no name of the target left unexplained."""

from __future__ import annotations

import ast
import random
from statistics import median

import pytest

from tests.context.names import explained, needs
from tests.context.projects import Real, installed

PROJECTS = ("rich", "typer", "pygls", "hypothesis", "openai")
"""All five are installed with routerd or its tests."""
FUNCTIONS = 120
"""Drawn from each project, the same ones each time."""


@pytest.mark.parametrize("package", PROJECTS)
@pytest.mark.parametrize("action", ["document", "test", "review"])
def test_a_function_is_sent_with_a_third_of_its_file_and_every_name_explained(package: str, action: str) -> None:
    project = Real(installed(package))
    found = [
        (document, need)
        for document in project.documents("python")
        for need in needs(ast.parse(document.text.string))
        if not need.qualname.rpartition(".")[2].startswith("test")
    ]
    shares, unexplained = [], []
    for document, need in random.Random(5).sample(found, min(FUNCTIONS, len(found))):
        symbols = [s for s in project.functions(document) if s.header.start.line == need.line]
        assert [s.qualname for s in symbols] == [need.qualname], (document.uri, need)
        sent = project.sent(action, document, symbols[0])
        assert sent is not None, need.qualname
        shares.append(sent.share)
        context = "\n".join(snippet.text for snippet in sent.context)
        missing = [name for name in need.names if not explained(name, context)]
        unexplained += [(document.uri, need.qualname, name) for name in missing]
    assert not unexplained, unexplained[:20]
    assert median(shares) <= 1 / 3
