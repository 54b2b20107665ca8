"""The linter: ruff itself as a subprocess, deaf to its environment and, without a project, to the workspace."""

from __future__ import annotations

from pathlib import Path

import pytest

from routerd.adapters.lint import RuffLinter
from routerd.domain.document import Document
from routerd.domain.finding import Severity
from routerd.domain.position import span
from routerd.domain.text import Text


def document(source: str, uri: str = "file:///p/a.py", language: str = "python") -> Document:
    return Document(uri, 1, language, Text(source))


def test_a_finding_stands_where_the_fault_is_even_behind_emoji_and_a_bom() -> None:
    (found,) = RuffLinter().lint(document("\ufeffx = '😀'; y = missing\n"))
    assert (found.rule, found.severity, found.span) == ("F821", Severity.WARNING, span(0, 14, 0, 21))


def test_a_safe_fix_comes_along_as_an_edit() -> None:
    source = Text("def f(x):\r\n    return x is 'a'\r\n")
    (found,) = RuffLinter().lint(Document("file:///p/a.py", 1, "python", source))
    assert found.fix is not None
    assert source.edited((found.fix,)).string == "def f(x):\r\n    return x == 'a'\r\n"


def test_a_syntax_error_is_an_error() -> None:
    found = RuffLinter().lint(document("def f(:\n    pass\n"))
    assert {(f.rule, f.severity) for f in found} == {("invalid-syntax", Severity.ERROR)}


def test_without_a_project_no_configuration_counts_and_the_environment_never_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ruff.toml").write_text('[lint]\nselect = ["D"]\nignore = ["F821"]\n', "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RUFF_OUTPUT_FILE", str(tmp_path / "stolen.json"))
    found = RuffLinter().lint(document("missing\n", uri=(tmp_path / "a.py").as_uri()))
    assert "F821" in {f.rule for f in found}
    assert not (tmp_path / "stolen.json").exists()


def test_another_language_and_a_missing_program_give_no_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    assert RuffLinter().lint(document("missing\n", language="go")) == []

    def absent() -> str:
        raise FileNotFoundError("ruff")

    monkeypatch.setattr("routerd.adapters.lint.ruff_linter.find_ruff_bin", absent)
    assert RuffLinter().lint(document("missing\n")) == []


@pytest.mark.parametrize("source", ["def f():\n    x = [\n", "x = {\n\n\n", "f(1,\n", "if a:\n"])
def test_a_text_that_ends_too_early_is_wrong_on_a_line_that_can_be_quoted(source: str) -> None:
    (found,) = RuffLinter().lint(Document("file:///a.py", 1, "python", Text(source)))
    assert found.severity is Severity.ERROR
    assert source.splitlines()[found.span.start.line].strip()
