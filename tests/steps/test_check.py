"""What would be applied is checked, whoever made it: a change that breaks its contract is rejected with the reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from routerd.domain.finding import Finding, Severity
from routerd.domain.position import Edit, Position, Range, span
from routerd.domain.prompt import Question
from routerd.domain.reply import Change, FileChange
from routerd.domain.text import Text
from routerd.domain.verdict import Accepted, Rejected
from routerd.steps.check import check
from tests.golden.case import FOLDER, GRAMMAR, load, question_of

_SOURCE = "def one(x):\n    # keep\n    return x\n\n\ndef two(x):\n    return x * 2\n"


def _question(action: str, **options: str) -> Question:
    case = load(FOLDER / "document/python/one_function.txt")
    case = replace(
        case, path=FOLDER / action / "python/x.txt", before=_SOURCE, options={"target": "two", **options}, existing=None
    )
    question = question_of(case)
    assert isinstance(question, Question)
    return question


def _reason(question: Question, *edits: Edit, uri: str | None = None, create: bool = False) -> str:
    """Why a change is rejected, ``""`` if it is not."""
    before = Text("") if create else question.request.document.text
    change = Change((FileChange(uri or question.request.document.uri, before, edits, 1, create),))
    return _verdict(question, change)


def _verdict(question: Question, change: Change, files: frozenset[str] = frozenset()) -> str:
    verdict = check(change, question, GRAMMAR, files)
    assert isinstance(verdict, Accepted | Rejected)
    return verdict.reason if isinstance(verdict, Rejected) else ""


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (Edit(span(6, 0, 6, 0), '    """Two."""\n'), ""),
        (Edit(span(6, 0, 6, 0), "    x = 1\n"), "would change the code"),
        (Edit(span(6, 0, 6, 0), '    """Two.\n'), "parse worse"),
        (Edit(span(6, 0, 7, 0), '    """Two."""\n'), "removes more than documentation"),
        (Edit(span(1, 0, 2, 0), '    """One."""\n'), "removes more than documentation"),
        (Edit(span(2, 0, 2, 0), '    """One."""\n'), "lies outside the target"),
        (Edit(span(6, 0, 6, 0), ""), "changes nothing"),
        (Edit(span(6, 0, 6, 0), "    # Two.\n"), "would not belong"),
    ],
)
def test_documentation_may_only_document_its_target(edit: Edit, reason: str) -> None:
    came = _reason(_question("document"), edit)
    assert reason in came if reason else came == ""


def test_documentation_of_another_file_is_rejected() -> None:
    edit = Edit(span(6, 0, 6, 0), '    """Two."""\n')
    assert "no other" in _reason(_question("document"), edit, uri="file:///project/other.py")


def test_edits_that_overlap_are_rejected() -> None:
    question = _question("ask", instruction="x")
    assert "overlap" in _reason(question, Edit(span(6, 0, 7, 0), "a"), Edit(span(6, 2, 6, 4), "b"))


def test_tests_never_replace_and_never_go_into_the_source() -> None:
    question = _question("test")
    code = "from shop.cart import two\n\n\ndef test_two():\n    assert two(1) == 2\n"
    position = Range(Position(0, 0), Position(0, 0))
    uri = "file:///project/tests/test_cart.py"
    assert _reason(question, Edit(position, code), uri=uri, create=True) == ""
    assert "file that they test" in _reason(question, Edit(position, code))
    assert "only be added" in _reason(question, Edit(span(0, 0, 1, 0), code), uri=uri)
    there = replace(question, conventions=replace(question.conventions, test_file=question.request.document))
    assert "exists already" in _reason(there, Edit(position, code), uri=uri, create=True)


def test_a_review_changes_nothing_and_stands_on_text() -> None:
    question = _question("review")
    on_code = Finding(span(6, 4, 6, 16), Severity.ERROR, "no")
    assert _verdict(question, Change(findings=(on_code,))) == ""
    assert _verdict(question, Change(findings=())) == ""
    assert "stands on nothing" in _verdict(question, Change(findings=(replace(on_code, span=span(3, 0, 3, 0)),)))
    fix = Edit(span(5, 0, 6, 16), "x")
    assert "other lines" in _verdict(question, Change(findings=(replace(on_code, fix=fix),)))
    edit = FileChange(question.request.document.uri, question.request.document.text, (fix,))
    assert "may not change files" in _verdict(question, Change((edit,), findings=(on_code,)))


def test_an_edit_outside_the_selection_is_rejected_and_one_at_its_end_is_not() -> None:
    question = _question("ask", instruction="Change it", lines="6-7")
    assert _reason(question, Edit(span(6, 0, 7, 0), "    return 3\n")) == ""
    assert _reason(question, Edit(span(7, 0, 7, 0), "x = 1\n")) == ""
    assert "outside the selection" in _reason(question, Edit(span(4, 0, 5, 0), ""))
    assert "outside the selection" in _reason(question, Edit(span(0, 0, 0, 0), "x = 1\n"))


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("See `shop/cart.py` and `cart.py:3`.", ""),
        ("See `shop/none.py`.", "names 'shop/none.py'"),
        ("There is no `shop/none.py`.", ""),
        ("Move it to a new `shop/none.py`.", ""),
        ("It reads `settings.json`, `self.c`, `node.js`, `*.py` and `os.path`.", ""),
        ("```mermaid\nflowchart TD\n  A[(db)] --> B{ok?}\n  B -->|yes| C>flag]\n```", ""),
        ('```mermaid\ngraph LR\n  a["x) y"] --> b((c))\n```', ""),
        ("```mermaid\nerDiagram\n  A ||--o{ B : has\n```", ""),
        ("```mermaid\ngraph LR\n  a[x --> b\n```", "has no partner"),
        ("```mermaid\n```", "no kind of diagram"),
        ("```mermaid\ngraph LR\n```", "is empty"),
    ],
)
def test_a_document_names_files_that_exist_and_draws_diagrams_that_parse(words: str, reason: str) -> None:
    question = _question("design")
    sections = "\n\n".join(f"## {name}\n{words}" for name in question.spec.sections[:-1])
    text = f"{sections}\n\n## Next steps\nAdd `shop/other.py`.\n"
    came = _verdict(question, Change(document=text), frozenset(("shop/cart.py", "README.md")))
    assert reason in came if reason else came == ""
