"""Compose: what is shown of the target, whole or cut at its structure."""

from __future__ import annotations

import pytest

from routerd.actions import catalog
from routerd.adapters.tokenizer import TiktokenCounter
from routerd.steps.compose import PromptInput, compose, target_text
from tests.offline.asking import question

_BODY = {
    "python": (
        "class Long:\n    size = 1\n",
        "    def m{n}(self):\n{body}        return {n}\n",
        "        x = {k}\n",
        "",
    ),
    "java": ("class Long {\n    int size = 1;\n", "    int m{n}() {\n{body}    }\n", "        x = {k};\n", "}\n"),
    "ruby": ("class Long\n  SIZE = 1\n", "  def m{n}\n{body}  end\n", "    x = {k}\n", "end\n"),
    "typescript": ("class Long {\n  size = 1;\n", "  m{n}() {\n{body}  }\n", "    x = {k};\n", "}\n"),
}


def long_class(language: str, methods: int) -> str:
    head, method, line, tail = _BODY[language]
    body = "".join(line.replace("{k}", str(k)) for k in range(40))
    parts = (method.replace("{n}", str(n)).replace("{body}", body) for n in range(methods))
    return head + "".join(parts) + tail


@pytest.mark.parametrize("language", _BODY)
def test_a_long_class_is_documented_from_its_signatures_and_cut_between_lines_only(language: str) -> None:
    source = long_class(language, 20)
    asked = question("document", source, "Long", path="long.x", language=language)
    shown = target_text(catalog()["document"], asked.request.document, asked.target)
    assert len(shown) < len(source) / 5
    lines = set(source.splitlines())
    cut = [line for line in shown.splitlines() if line not in lines]
    assert len(cut) == 20
    assert all(line.strip().startswith("…") and line.endswith(" lines") for line in cut)
    assert all(f"m{n}" in shown for n in range(20))
    hidden = sum(int(line.split()[1]) for line in cut)
    assert len(shown.splitlines()) + hidden - len(cut) == len(source.splitlines())


def test_a_class_of_ordinary_length_is_shown_whole_and_so_is_a_long_function() -> None:
    source = long_class("python", 3)
    asked = question("document", source, "Long")
    assert target_text(catalog()["document"], asked.request.document, asked.target) == source.rstrip("\n")
    function = "def f():\n" + "    x = 1\n" * 2_000
    asked = question("document", function, "f")
    assert target_text(catalog()["document"], asked.request.document, asked.target) == function.rstrip("\n")


def test_a_long_class_under_review_is_shown_whole() -> None:
    source = long_class("python", 20)
    asked = question("review", source, "Long")
    assert target_text(catalog()["review"], asked.request.document, asked.target) == source.rstrip("\n")


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("my-script.py", 'Import as: importlib.import_module("my-script"),'),
        ("sp ace.py", 'Import as: importlib.import_module("sp ace"),'),
        ("class.py", 'Import as: importlib.import_module("class"),'),
        ("plain.py", "Import as: plain\n"),
    ],
)
def test_a_name_that_no_import_statement_can_hold_is_loaded_by_a_call(path: str, named: str) -> None:
    asked = question("test", "def f():\n    return 1\n", "f", path=path)
    brief = PromptInput(asked.spec, asked.request, asked.target, asked.conventions, ())
    assert named in compose(brief, {}, TiktokenCounter()).messages[1].content
