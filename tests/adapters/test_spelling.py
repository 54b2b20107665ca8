"""Slips of the keyboard are mended where that makes a known word, and nothing else is touched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.adapters.semantic.spelling import Spelling

_WORDS = "rename variable function the this summarize book letter form from and services"
KNOWN = {word: rank for rank, word in enumerate(_WORDS.split())} | {"adn": 9_000}
SPELLING = Spelling(KNOWN)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("reanme teh varaible", "rename the variable"),
        ("renname this functtion", "rename this function"),
        ("Reanme This", "rename This"),
        ("summarize the bookk", "summarize the book"),
        ("the srevcies adn the fucntoin", "the services and the function"),
    ],
)
def test_swapped_and_doubled_letters_are_mended(typed: str, meant: str) -> None:
    assert SPELLING.mended(typed) == meant


@pytest.mark.parametrize("text", ["form", "book letter", "kubectl apply", "parse_args()", "eht", "日本 x1", "", "ab"])
def test_known_words_identifiers_and_signs_stay(text: str) -> None:
    assert SPELLING.mended(text) == text


@given(st.text(max_size=60))
def test_mending_again_changes_nothing_and_what_is_no_word_stays(text: str) -> None:
    once = SPELLING.mended(text)
    assert SPELLING.mended(once) == once
    assert [c for c in once if not c.isascii() or not c.isalpha()] == [
        c for c in text if not c.isascii() or not c.isalpha()
    ]


@given(st.sampled_from(sorted(KNOWN)), st.integers(0, 8))
def test_every_swap_in_a_known_word_gives_a_known_word(word: str, at: int) -> None:
    at %= len(word) - 1
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    assert SPELLING.mended(swapped) in KNOWN
