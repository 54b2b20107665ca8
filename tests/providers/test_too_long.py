"""The rule that tells a request too large from all else that providers say of tokens, limits and lengths."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.providers.classify import classify
from routerd.providers.failure import Failure, FaultKind, ProviderFault
from routerd.providers.too_long import told_limit, too_long
from tests.providers.said_too_long import FOUND, KNOWN, NOT, UNSEEN


def failure_of(status: int, words: str, sign: FaultKind = FaultKind.STATUS) -> Failure:
    return classify(ProviderFault(sign, status, message=words))


def test_the_corpus_is_large_enough_and_its_second_half_is_as_large_as_its_first() -> None:
    assert len(KNOWN) + len(UNSEEN) >= 60
    assert len(UNSEEN) >= len(KNOWN)
    assert not {words for _, _, words in KNOWN} & {words for _, _, words in UNSEEN + FOUND}


@pytest.mark.parametrize(("who", "status", "words"), KNOWN + UNSEEN + FOUND)
def test_what_is_too_long_is_known_by_whatever_words(who: str, status: int, words: str) -> None:
    assert failure_of(status, words) is Failure.CONTEXT_TOO_LONG, who


@pytest.mark.parametrize(("who", "status", "words"), NOT)
def test_words_that_are_near_mean_something_else(who: str, status: int, words: str) -> None:
    assert failure_of(status, words) is not Failure.CONTEXT_TOO_LONG, who


@given(st.integers(300, 10**7), st.integers(1, 10**6), st.booleans())
def test_an_amount_held_against_a_limit_is_compared(limit: int, more: int, above: bool) -> None:
    asked = limit + more if above else max(limit - more, 0)
    said = f"on tokens per minute (TPM): Limit {limit}, Requested {asked}, try again in 3s"
    assert too_long(said) is above


@pytest.mark.parametrize(
    ("words", "limit"),
    [
        ("This model's maximum context length is 8,192 tokens. You asked for 9105.", 8192),
        ("prompt is too long: 210110 tokens > 200000 maximum", 200_000),
        ("request (4267 tokens) exceeds the available context size (4096 tokens)", 4096),
        ("the prompt is too long", None),
    ],
)
def test_the_limit_that_a_refusal_tells_is_read(words: str, limit: int | None) -> None:
    assert told_limit(words) == limit


@given(st.text(max_size=200), st.integers(0, 599))
def test_no_words_break_the_classification(words: str, status: int) -> None:
    assert failure_of(status, words) in Failure


@pytest.mark.parametrize(
    "piece", ["maximum context model ", "1,000 > ", "not have access ", "insufficient a ", "requested "]
)
def test_four_thousand_characters_are_looked_through_in_a_moment(piece: str) -> None:
    began = time.thread_time()
    failure_of(400, (piece * 4000)[:4000])
    assert time.thread_time() - began < 0.25
