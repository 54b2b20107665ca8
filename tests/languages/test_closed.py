"""What is not known to assert asserts nothing, in every language; what is not known to be a language is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.actions import catalog
from routerd.domain.action import Request, Scope, Target
from routerd.domain.document import Document
from routerd.domain.position import Edit, Position, Range
from routerd.domain.prompt import Conventions, Prompt, Question
from routerd.domain.reply import Change, DocText, Documentation, FileChange, NewTests
from routerd.domain.symbol import Outline, Symbol, SymbolKind
from routerd.domain.text import Text
from routerd.domain.verdict import Accepted, Refusal, RefusalCode, Rejected, Verdict
from routerd.languages import specs
from routerd.steps.build import build
from routerd.steps.check.documentation import check_documentation
from routerd.steps.check.tests import check_tests
from routerd.steps.resolve import resolve
from tests.golden.case import GRAMMAR
from tests.languages.samples import SAMPLES

LANGUAGES = sorted(specs())
NOWHERE = Range(Position(0, 0), Position(0, 0))
WORDS = (
    "ensure",
    "confirm",
    "validate",
    "probe",
    "inspect",
    "log",
    "print",
    "puts",
    "observe",
    "shouldwork",
    "testify",
)


def question(language: str, action: str = "test") -> Question:
    """A question about ``total`` in a file of this language, whatever the language."""
    symbol = Symbol("total", "total", SymbolKind.FUNCTION, NOWHERE, NOWHERE, NOWHERE, None, None, "total")
    target = Target(Scope.SYMBOL, NOWHERE, "`total`", Outline(language, (symbol,)), (symbol,))
    request = Request(action, Document("file:///p/cart", 1, language, Text("total\n")), NOWHERE)
    habits = Conventions("cart", "file:///p", "", "", "test_cart", None, None)
    return Question(catalog()[action], request, target, habits, Prompt((), 0, 0, 0))


def verdict(code: str, language: str) -> Verdict:
    """The verdict on a new test file that holds this code."""
    change = Change((FileChange("file:///p/test_cart", Text(""), (Edit(NOWHERE, code),), create=True),))
    return check_tests(change, question(language), GRAMMAR)


def test_every_language_has_a_sample() -> None:
    assert SAMPLES.keys() == specs().keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_tests_that_assert_are_accepted(language: str) -> None:
    for code in SAMPLES[language].asserting():
        assert verdict(code, language) == Accepted(), code


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_test_without_an_assertion_is_refused_whatever_its_title_strings_and_imports_say(language: str) -> None:
    for word in WORDS:
        answer = verdict(SAMPLES[language].with_call(word), language)
        assert isinstance(answer, Rejected), word
        assert "assert" in answer.reason, answer.reason


@pytest.mark.parametrize("language", LANGUAGES)
@given(word=st.from_regex(r"[b-d][a-z]{5,9}", fullmatch=True))
def test_a_word_that_nobody_knows_asserts_nothing(language: str, word: str) -> None:
    assert isinstance(verdict(SAMPLES[language].with_call(word), language), Rejected)


NAMED = {
    "python": "def test_assert_that():\n    total([])\n",
    "javascript": "function expect() {}\ntest('x', () => { total(); });\n",
    "go": "func TestAssert(t *testing.T) {\n\ttotal()\n}\n",
    "rust": "#[test]\nfn assert_total() {\n    total();\n}\n",
    "java": "class T {\n  @Test\n  void assertsTotal() { total(); }\n  @Test\n  void verify() { total(); }\n}\n",
    "c": "void test_x(void) { total(); }\nvoid assert_total(void) { total(); }\n",
    "cpp": "TEST(assert, total) { total(); }\n",
    "ruby": "def test_x\n  total\nend\n\ndef assert_total\n  total\nend\n",
    "csharp": "class T {\n  [Fact]\n  public void Assert() { total(); }\n}\n",
    "kotlin": "class T {\n    @Test\n    fun shouldBeFree() {\n        total()\n    }\n    @Test\n"
    "    fun assertFree() {\n"
    "        total()\n    }\n}\n",
    "php": "<?php\nclass T {\n  function testAssert() { total(); }\n  function assertFree() { total(); }\n}\n",
    "lua": "function testAssert()\n  total()\nend\nfunction assert_total()\n  total()\nend\n",
}


@pytest.mark.parametrize("language", sorted(NAMED))
def test_a_test_that_is_only_named_like_an_assertion_asserts_nothing(language: str) -> None:
    answer = verdict(NAMED[language], language)
    assert isinstance(answer, Rejected)
    assert "assert" in answer.reason, answer.reason


@pytest.mark.parametrize("action", ["document", "test"])
def test_an_unknown_language_is_refused_before_anything_is_sent(action: str) -> None:
    asked = question("elixir", action)
    answer = resolve(asked.request, asked.spec, Outline("elixir"), GRAMMAR.knows("elixir"), "cart.ex")
    assert answer == Refusal(
        f"routerd cannot {action} elixir files yet; review and design work on any text.", RefusalCode.LANGUAGE
    )


@pytest.mark.parametrize("action", ["review", "design", "ask"])
def test_any_text_can_be_reviewed_designed_and_asked_about(action: str) -> None:
    asked = question("elixir", action)
    answer = resolve(asked.request, asked.spec, Outline("elixir"), GRAMMAR.knows("elixir"), "cart.ex")
    assert isinstance(answer, Target)


def test_an_unknown_language_is_accepted_by_no_check_even_if_it_comes_that_far() -> None:
    assert isinstance(verdict("test total\nassert total == 0\n", "elixir"), Rejected)
    asked = question("elixir", "document")
    built = build(Documentation((DocText("total", "Words."),)), asked, GRAMMAR)
    assert built == Rejected("routerd does not know how elixir is documented")
    assert isinstance(build(NewTests("assert total"), question("elixir"), GRAMMAR), Rejected)
    edit = Edit(NOWHERE, "# Words.\n")
    change = Change((FileChange(asked.request.document.uri, asked.request.document.text, (edit,)),))
    assert isinstance(check_documentation(change, replace(asked, spec=catalog()["document"]), GRAMMAR), Rejected)
