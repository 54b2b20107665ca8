"""A hunk that hides, doubles or removes code that is still used is refused or trimmed; honest rewrites are applied."""

from __future__ import annotations

from dataclasses import replace

import pytest

from routerd.domain.prompt import Question
from routerd.domain.verdict import Rejected
from tests.golden.case import FOLDER, change_of, load, question_of

_SAVE = (
    "function save(user) {\n  log(user);\n  if (!user.name) {\n    throw new Error('name');\n  }\n"
    "  const row = toRow(user);\n  db.insert(row);\n  return row;\n}\n"
)
_WORDINGS = (
    *("same as before", "same as above", "unchanged", "(unchanged)", "rest unchanged", "remains unchanged", "etc."),
    *("the remaining lines stay", "existing logic", "keep existing logic", "no changes here", "[...]", "<snip>"),
    *("-- snip --", "... (4 lines)", "(implementation)", "your code", "TODO: rest", "validation and insert as above"),
    *("其余不变", "wie zuvor", "и так далее"),
)


def _after(language: str, before: str, search: str, new: str, instruction: str = "change it") -> str:
    """The file after the hunk; the reason, in brackets, where it is refused."""
    case = load(next((FOLDER / "ask").glob("*/*.txt")))
    case = replace(
        case,
        path=FOLDER / "ask" / language / "x.txt",
        before=before,
        others={},
        existing=None,
        options={"target": "file", "instruction": instruction},
    )
    question = question_of(case)
    assert isinstance(question, Question)
    change = change_of(case, question, f"<<<<<<< SEARCH\n{search}=======\n{new}>>>>>>> REPLACE\n")
    return f"({change.reason})" if isinstance(change, Rejected) else change.files[0].after.string


@pytest.mark.parametrize("words", _WORDINGS)
@pytest.mark.parametrize("form", ["// {}\n", "/* {} */\n"])
def test_a_comment_never_takes_the_place_of_statements(words: str, form: str) -> None:
    new = "function save(user) {\n  log(user);\n  " + form.format(words) + "}\n"
    assert "leaves code out" in _after("javascript", _SAVE, _SAVE, new)


@pytest.mark.parametrize("stands", ["...", "pass", "# (same as above)\n    pass", "# as it was", "# その他は同じ"])
def test_nor_do_the_forms_of_python(stands: str) -> None:
    before = (
        "def save(user):\n    log(user)\n    check(user)\n    row = to_row(user)\n    insert(row)\n    return row\n"
    )
    assert "leaves code out" in _after("python", before, before, f"def save(user):\n    log(user)\n    {stands}\n")


@pytest.mark.parametrize(
    "body",
    [
        "  return db.insert(toRow(user));\n",
        "  // One statement is enough.\n  return db.insert(toRow(user));\n",
        "  log(user);\n  return db.insert(toRow(user)); // the row\n",
    ],
)
def test_a_rewrite_that_shortens_the_body_is_applied(body: str) -> None:
    new = "function save(user) {\n" + body + "}\n"
    assert _after("javascript", _SAVE, _SAVE, new) == new


@pytest.mark.parametrize(
    ("language", "before", "search", "new", "wanted"),
    [
        (
            "go",
            "package a\n\nfunc F() int {\n\treturn 1\n}\n\nfunc G() int {\n\treturn 2\n}\n",
            "func F() int {\n\treturn 1\n}\n",
            "func F() int {\n\treturn 3\n}\n\nfunc G() int {\n\treturn 2\n}\n",
            "package a\n\nfunc F() int {\n\treturn 3\n}\n\nfunc G() int {\n\treturn 2\n}\n",
        ),
        ("python", "import os\nimport sys\n", "import os\n", "import os\nimport sys\n", "import os\nimport sys\n"),
        (
            "python",
            "@app.get('/')\ndef home():\n    return 1\n",
            "def home():\n    return 1\n",
            "@app.get('/')\ndef home():\n    return 2\n",
            "@app.get('/')\ndef home():\n    return 2\n",
        ),
    ],
)
def test_what_only_repeats_the_neighbouring_lines_is_trimmed(
    language: str, before: str, search: str, new: str, wanted: str
) -> None:
    after = _after(language, before, search, new)
    assert after == wanted or "changes nothing" in after


def test_a_declaration_does_not_double() -> None:
    before = "package a\n\nfunc F() int { return 1 }\n\nfunc H() {}\n\nfunc G() int { return 2 }\n"
    new = "func F() int { return 3 }\n\nfunc G() int { return 4 }\n"
    assert "declared twice" in _after("go", before, "func F() int { return 1 }\n", new)


def test_a_declaration_that_is_still_used_does_not_vanish() -> None:
    before = "package a\n\nfunc Get() int { return v }\n\nfunc Z() int { return Get() }\n"
    search, new = "func Get() int { return v }\n", "func Set(x int) { v = x }\n"
    assert "still used" in _after("go", before, search, new, "add a setter Set")
    assert "Set" in _after("go", before, search, new, "replace Get by Set")


@pytest.mark.parametrize("sign", ["\u202e", "\u200b", "\u2066", "\U000e0041", "\x1b", "\u00ad"])
def test_a_hunk_brings_no_hidden_character(sign: str) -> None:
    assert "hidden character" in _after("python", "x = 1\n", "x = 1\n", f"x = 2  # {sign}\n")
