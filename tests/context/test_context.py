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

PROJECTS = ("rich", "typer", "pygls", "hypothesis", "openai")
"""All five are installed with routerd or its tests."""
FUNCTIONS = 40
"""Drawn from each project, the same ones each time; ``tests/bench/context.py`` takes all of any folder."""


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


LANGUAGES = {
    "go": (
        'package p\n\nimport "fmt"\n\nconst limit = 3\n\ntype Cart struct {\n\titems []int\n\tname string\n}\n\n'
        "func (c *Cart) Total() int {\n\tfmt.Println(c.items)\n\treturn limit + rest(c)\n}\n\n"
        "func rest(c *Cart) int { return 1 }\n",
        "Cart.Total",
        ('"fmt"', "const limit = 3", "items []int", "func rest(c *Cart) int"),
        ("name string",),
    ),
    "typescript": (
        "import { a, b } from './x';\nconst LIMIT: number = 3;\n\nexport class Cart {\n  private items: number[] = [];\n"
        "  label = '';\n\n  total(): number {\n    return a(this.items) + LIMIT + this.rest();\n  }\n\n"
        "  rest(): number {\n    return 1;\n  }\n}\n",
        "Cart.total",
        ("import { a, b } from './x'", "const LIMIT: number = 3", "private items: number[]", "rest(): number"),
        ("label",),
    ),
    "java": (
        "package p;\n\nimport java.util.List;\n\npublic class Cart {\n    private static final int LIMIT = 3;\n"
        "    private List<Integer> items;\n    private String label;\n\n    int total() {\n"
        "        return items.size() + LIMIT + rest();\n    }\n\n    int rest() {\n        return 1;\n    }\n}\n",
        "Cart.total",
        ("LIMIT = 3", "List<Integer> items", "int rest()"),
        ("String label",),
    ),
    "rust": (
        "use std::fmt::Debug;\n\nconst LIMIT: u32 = 3;\n\npub struct Cart {\n    items: Vec<u32>,\n    label: String,\n}\n\n"
        "impl Cart {\n    pub fn total<T: Debug>(&self) -> u32 {\n        self.items.len() as u32 + LIMIT + rest()\n    }\n}\n\n"
        "fn rest() -> u32 {\n    1\n}\n",
        "Cart.total",
        ("use std::fmt::Debug", "const LIMIT: u32 = 3", "items: Vec<u32>", "fn rest() -> u32"),
        ("label: String",),
    ),
    "ruby": (
        "require 'set'\n\nLIMIT = 3\n\nclass Cart\n  attr_reader :items\n\n  def initialize\n    @seen = Set.new\n"
        "    @label = ''\n  end\n\n  def total\n    items.size + LIMIT + @seen.size + rest\n  end\n\n  def rest\n    1\n  end\nend\n",
        "Cart.total",
        ("LIMIT = 3", "attr_reader :items", "def rest", "@seen = Set.new"),
        ("@label",),
    ),
    "c": (
        "#include <stdio.h>\n#define LIMIT 3\n\nstatic int counter;\n\nstatic int rest(int a);\n\n"
        "int total(int a) {\n    counter++;\n    return a + LIMIT + rest(a);\n}\n\nstatic int rest(int a) { return a; }\n",
        "total",
        ("#define LIMIT 3", "static int counter;", "static int rest(int a)"),
        (),
    ),
    "csharp": (
        "using System;\n\nnamespace P;\n\npublic class Cart {\n    const int Limit = 3;\n    public int Items { get; set; }\n"
        "    public string Label { get; set; }\n\n    public int Total() {\n        return Items + Limit + Rest();\n    }\n\n"
        "    int Rest() { return 1; }\n}\n",
        "Cart.Total",
        ("const int Limit = 3", "int Items", "int Rest()"),
        ("string Label",),
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_fields_constants_and_helpers_that_the_target_uses_are_sent_in_each_language(
    language: str, tmp_path: Path
) -> None:
    source, name, wanted, unwanted = LANGUAGES[language]
    project = Real(tmp_path)
    document = Document((tmp_path / "cart").as_uri(), None, language, Text(source))
    (symbol,) = (s for s in project.grammar.outline(document).symbols if s.qualname == name and s.body)
    sent = project.sent("review", document, symbol)
    assert sent is not None
    context = "\n".join(snippet.text for snippet in sent.context)
    assert not [text for text in wanted if text not in context], context
    assert not [text for text in unwanted if text in context], context
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
