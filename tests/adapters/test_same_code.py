"""Whether two texts are the same program, looked at only where they differ: never another word than all tokens give."""

from __future__ import annotations

import random
import re

import pytest

from routerd.adapters.grammar import TreeSitterGrammar
from tests.adapters.test_grammar_tokens import DIFFERENT, LIBRARY, SAME, SOURCES

PIECES = (
    "",
    " ",
    "\n",
    "x",
    "pass",
    "# c\n",
    "/* c */",
    "// c\n",
    '"""d"""\n',
    "'",
    '"',
    "(",
    ")",
    "{",
    "}",
    ";",
    "::",
)
PAIRS = [*SAME, *DIFFERENT, *((language, one, other) for language, other, one in (*SAME, *DIFFERENT))]


def both(one: str, other: str, language: str) -> tuple[bool, bool]:
    grammar = TreeSitterGrammar()
    equal = grammar.code_tokens(one, language) == grammar.code_tokens(other, language)
    return grammar.same_code(one, other, language), equal


@pytest.mark.parametrize(("language", "one", "other"), PAIRS)
def test_pairs_that_are_told_apart_by_their_tokens_are_told_apart(language: str, one: str, other: str) -> None:
    same, equal = both(one, other, language)
    assert same == equal


@pytest.mark.parametrize(("language", "source"), SOURCES)
def test_any_edit_of_any_language_is_judged_as_by_all_tokens(language: str, source: str) -> None:
    rng = random.Random(len(source))
    for _ in range(60):
        at, gone = rng.randrange(len(source) + 1), rng.choice((0, 0, 1, 5))
        other = source[:at] + rng.choice(PIECES) + source[at + gone :]
        same, equal = both(source, other, language)
        assert same == equal, other


@pytest.mark.parametrize("module", sorted(LIBRARY.glob("[e-h]*.py"))[:8], ids=lambda module: module.stem)
def test_edits_of_real_modules_are_judged_as_by_all_tokens(module: object) -> None:
    source = (LIBRARY / str(module)).read_bytes().decode()
    rng = random.Random(len(source))
    spots = [found.end() for found in re.finditer(r":\n|\S", source)]
    for _ in range(6):
        at = rng.choice(spots)
        same, equal = both(source, source[:at] + rng.choice(PIECES) + source[at:], "python")
        assert same == equal


def test_a_text_without_a_grammar_is_compared_by_its_lines() -> None:
    assert TreeSitterGrammar().same_code("a\nb", "a\nb\n", "markdown")
    assert not TreeSitterGrammar().same_code("a\nb", "a\nc", "markdown")
