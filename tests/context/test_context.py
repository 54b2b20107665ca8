"""The context of real functions: a third of the file at the most, and no name of the target left unexplained."""

from __future__ import annotations

import ast
import random
from pathlib import Path
from statistics import median

import pytest

from routerd.domain.document import Document
from routerd.domain.text import Text
from tests.context.names import explained, needs
from tests.context.projects import Real, installed
from tests.context.samples import SAMPLES

PROJECTS = ("rich", "typer", "pygls", "hypothesis", "openai")
"""All five are installed with routerd or its tests."""
FUNCTIONS = 40
"""Drawn from each project, the same ones each time; ``tests/bench/context.py`` takes all of any folder."""


@pytest.mark.slow
@pytest.mark.timeout(120)  # the largest of the five has 1,000 files to index
@pytest.mark.parametrize("package", PROJECTS)
def test_a_function_is_sent_with_a_third_of_its_file_and_every_name_explained(package: str) -> None:
    project = Real(installed(package))
    found = [
        (document, need)
        for document in project.documents("python")
        for need in needs(ast.parse(document.text.string))
        if not need.qualname.rpartition(".")[2].startswith("test")
    ]
    drawn = random.Random(5).sample(found, FUNCTIONS)
    names = sum(len(need.names) for _, need in drawn)
    assert names > 2 * FUNCTIONS
    for action in ("document", "test", "review"):
        shares, unexplained = [], []
        for document, need in drawn:
            (symbol,) = (s for s in project.functions(document) if s.header.start.line == need.line)
            sent = project.sent(action, document, symbol)
            assert sent is not None, need.qualname
            shares.append(sent.share)
            context = "\n".join(snippet.text for snippet in sent.context)
            missing = [name for name in need.names if not explained(name, context)]
            unexplained += [(document.uri, need.qualname, name) for name in missing]
        assert not unexplained, unexplained
        assert median(shares) <= 1 / 3, action


def test_the_judge_sees_what_is_missing() -> None:
    source = "import os\nLIMIT = 3\n\n\ndef f(a):\n    return os.sep * LIMIT + g(a)\n\n\ndef g(b):\n    return b\n"
    (first, _) = needs(ast.parse(source))
    assert first.names == {"os", "LIMIT", "g"}
    assert explained("os", "import os")
    assert not explained("LIMIT", "import os\nx == LIMIT")
    assert not explained("g", "def gg(g_): ...")


@pytest.mark.parametrize("language", SAMPLES)
def test_fields_constants_and_helpers_that_the_target_uses_are_sent_in_each_language(
    language: str, tmp_path: Path
) -> None:
    sample = SAMPLES[language]
    project = Real(tmp_path)
    document = Document((tmp_path / "cart").as_uri(), None, language, Text(sample.source))
    (symbol,) = (s for s in project.grammar.outline(document).symbols if s.qualname == sample.target and s.body)
    sent = project.sent("review", document, symbol)
    assert sent is not None
    context = "\n".join(snippet.text for snippet in sent.context)
    assert not [text for text in sample.wanted if text not in context], context
    assert not [text for text in sample.unwanted if text in context], context
    assert all(snippet.reason and snippet.tokens for snippet in sent.context)


def test_ignored_and_oversized_files_are_never_sent(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("secret/\n*.gen.py\n", "utf-8")
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "keys.py").write_text("def helper(secret_key):\n    return 1\n", "utf-8")
    (tmp_path / "tools.gen.py").write_text("def helper(generated):\n    return 1\n", "utf-8")
    (tmp_path / "huge.py").write_text("def helper(oversized):\n    return 1\n" + "# filler\n" * 40_000, "utf-8")
    (tmp_path / "kept.py").write_text("def helper(kept):\n    return 1\n", "utf-8")
    (tmp_path / "main.py").write_text("from kept import helper\n\n\ndef run():\n    return helper(1)\n", "utf-8")
    project = Real(tmp_path)
    (document,) = (d for d in project.documents("python") if d.uri.endswith("main.py"))
    for action in ("document", "test", "review", "design"):
        sent = project.sent(action, document, project.functions(document)[0])
        if sent is not None:
            prompt = "\n".join(message.content for message in sent.prompt.messages)
            assert not [word for word in ("secret", "generated", "oversized") if word in prompt], action
            assert action == "design" or "def helper(kept)" in prompt
