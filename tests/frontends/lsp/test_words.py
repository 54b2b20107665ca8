"""No sentence that an editor may show names an option of the command line, which nobody can type there.

What the daemon really sends is looked at by every test with a `RawEditor`; this reads the sentences that no test meets.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import routerd
from tests.e2e.raw_editor import terminal_options

SOURCE = Path(routerd.__file__).parent
OTHERS = ("frontends/cli", "frontends/daemon", "frontends/http")
"""Frontends whose words are read in a terminal."""
TERMINAL_ONLY = {
    "__main__.py": "the options themselves",
    "adapters/config/first.py": "a comment in the file that `routerd config init` writes, about a command",
    "adapters/config/load.py": "the option that the daemon was started with",
    "adapters/config/sources.py": "the name of that option",
    "app/change_review.py": "the limit's name for `routerd review`; an editor gives none",
    "app/changed_files.py": "the options of `routerd review` and `run` exclude each other",
    "app/file_editor.py": "the editor of the terminal",
    "app/gateway_tokens.py": "the options of `routerd token`",
    "frontends/report/page.py": "a page in a browser that names the command with more rows",
    "app/listening.py": "`routerd serve --tcp` and `--http`",
    "adapters/git.py": "words for git",
    "adapters/changes.py": "words for git",
    "adapters/staged.py": "words for git",
    "app/batch_landing.py": "words for git, in `routerd batch`",
    "adapters/lint/ruff_linter.py": "words for ruff",
    "languages/javascript.py": "words for npm and node",
    "languages/rust.py": "words for cargo",
    "domain/patch.py": "how a patch begins",
    "routing/words/pasted.py": "how a patch begins",
    "steps/check/commit_message.py": "how a patch begins",
}


def sentences(module: Path) -> Iterator[str]:
    """Each text of a module, without its docstrings."""
    tree = ast.parse(module.read_text("utf-8"))
    bodies = [body for node in ast.walk(tree) if isinstance(body := getattr(node, "body", None), list)]
    comments = {id(line.value) for body in bodies for line in body if isinstance(line, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in comments:
            yield node.value


def test_no_sentence_outside_of_the_terminals_own_modules_names_an_option() -> None:
    found = {
        str(module.relative_to(SOURCE).as_posix())
        for module in SOURCE.rglob("*.py")
        if not module.relative_to(SOURCE).as_posix().startswith(OTHERS)
        and any(True for words in sentences(module) for _ in terminal_options(words))
    }
    assert found - set(TERMINAL_ONLY) == set()
    assert set(TERMINAL_ONLY) - found == set(), "these name none any more"


@pytest.mark.parametrize(
    "message",
    [
        {"params": {"message": "routerd: Not applied: add --apply to write it."}},
        {"result": {"outcome": {"message": "ask for a rewrite (in a terminal: --replace)"}}},
        {"result": [{"title": "`--yes` agrees beforehand"}]},
    ],
)
def test_an_option_is_found_in_whatever_is_sent(message: object) -> None:
    assert len(list(terminal_options(message))) == 1


def test_code_and_dashes_are_no_options() -> None:
    code = {"edit": {"newText": "run(' --apply')"}, "document": "use --apply", "title": "a -- b, a--b"}
    assert list(terminal_options(code)) == []
