"""The semantic classifier on its shipped arrays: tiers, neighbours, users' examples, other embedders."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from routerd.adapters.semantic import SemanticClassifier, ServedEmbedder, StaticEmbedder
from routerd.adapters.semantic.classifier import SHOWN, shipped_folder
from routerd.adapters.semantic.features import gram_buckets, pair_buckets, split
from routerd.adapters.semantic.wordpiece import basic_tokens, pieces
from routerd.domain.settings import RoutingExample
from routerd.domain.tier import Tier
from routerd.routing.words import own_words

DEV = Path(__file__).parents[1] / "bench" / "routing" / "data" / "dev.jsonl"


@pytest.fixture(scope="module")
def classifier() -> SemanticClassifier:
    return SemanticClassifier()


@pytest.mark.parametrize(
    ("text", "tier", "action"),
    [
        ("add unit tests for the date parser", Tier.UTILITY, "test"),
        ("write docstrings for this class", Tier.UTILITY, "document"),
        ("rename this variable", Tier.UTILITY, "ask"),
        ("summarize this log file", Tier.SPEED, "ask"),
        ("extract all email addresses as json", Tier.SPEED, "ask"),
        ("review this function for bugs", Tier.LOGIC, "review"),
        ("why does this return null when the list is empty", Tier.LOGIC, "ask"),
        ("design the architecture of a multi-tenant billing platform", Tier.ARCHITECT, "design"),
        ("our workers deadlock randomly under load, find the cause", Tier.ARCHITECT, "ask"),
    ],
)
def test_clear_instructions_go_where_they_belong(
    classifier: SemanticClassifier, text: str, tier: Tier, action: str
) -> None:
    answer = classifier.classify(text)
    assert (answer.tier, answer.action, answer.confident) == (tier, action, True)


def test_the_untuned_authors_are_mostly_right_and_nearly_always_when_confident(
    classifier: SemanticClassifier,
) -> None:
    rows = [json.loads(line) for line in DEV.read_text(encoding="utf-8").splitlines()]
    answers = classifier.classify_many([own_words(row["text"]).text for row in rows])
    right = [answer.tier == row["tier"] for answer, row in zip(answers, rows, strict=True)]
    sure = [is_right for answer, is_right in zip(answers, right, strict=True) if answer.confident]
    assert sum(right) / len(right) >= 0.85
    assert sum(sure) / len(sure) >= 0.95
    assert len(sure) / len(right) >= 0.60  # the margin is set on real instructions, which are harder


def test_one_by_one_and_together_give_the_same(classifier: SemanticClassifier) -> None:
    texts = ["fix the bug", "", "summarize", "日本語で要約して", "why?"]
    together = classifier.classify_many(texts)
    for text, answer in zip(texts, together, strict=True):
        alone = classifier.classify(text)
        assert (alone.tier, alone.action, alone.confident) == (answer.tier, answer.action, answer.confident)
        assert alone.score == pytest.approx(answer.score, abs=1e-3)


def test_no_texts_give_no_answers(classifier: SemanticClassifier) -> None:
    assert classifier.classify_many([]) == []


def test_hardly_any_words_are_never_confident(classifier: SemanticClassifier) -> None:
    assert not any(answer.confident for answer in classifier.classify_many(["", "…", "ok", "hm"]))


def test_five_neighbours_are_shown_and_the_first_has_the_answers_tier(classifier: SemanticClassifier) -> None:
    for text in ("add unit tests", "review", "deadlock", "tl;dr", "qwertz asdf"):
        answer = classifier.classify(text)
        similarities = [neighbour.similarity for neighbour in answer.nearest]
        assert len(answer.nearest) == SHOWN
        assert answer.nearest[0].tier is answer.tier
        assert similarities[1:] == sorted(similarities[1:], reverse=True)


def test_score_and_margin_are_probabilities(classifier: SemanticClassifier) -> None:
    for answer in classifier.classify_many(["rename x", "design it", "what is this", "csv to json"]):
        assert 0.25 <= answer.score <= 1
        assert 0 <= answer.margin <= answer.score


def test_the_time_is_measured_with_the_clock_that_is_given() -> None:
    ticks = iter([10.0, 10.00018])
    assert SemanticClassifier(clock_s=lambda: next(ticks)).classify("rename this").micros == 180


def test_a_users_example_counts_at_once(classifier: SemanticClassifier) -> None:
    text = "frobnicate the quux report"
    own = classifier.with_examples([RoutingExample(Tier.ARCHITECT, text)])
    for instruction in (text, "please frobnicate the quux report again"):
        answer = own.classify(instruction)
        assert (answer.tier, answer.confident) == (Tier.ARCHITECT, True)
        assert answer.nearest[0].text == text
    assert classifier.classify(text).nearest[0].text != text


def test_a_users_example_leaves_other_wishes_alone(classifier: SemanticClassifier) -> None:
    own = classifier.with_examples([RoutingExample(Tier.ARCHITECT, "make the nightly report")])
    assert own.classify("add unit tests for the date parser").tier is Tier.UTILITY


def test_another_embedder_votes_by_its_own_neighbours(classifier: SemanticClassifier) -> None:
    shipped = StaticEmbedder(shipped_folder())

    def ask(texts: Sequence[str]) -> list[list[float]]:
        turned = shipped.embed(texts)[:, ::-1] * 3  # another space, not of length 1
        return [[float(number) for number in row] for row in turned]

    other = SemanticClassifier(ServedEmbedder(ask))
    texts = ["add unit tests for the parser", "summarize this log", "our workers deadlock under load"]
    assert [a.tier for a in other.classify_many(texts)] == [a.tier for a in classifier.classify_many(texts)]


def test_vectors_have_length_one_and_unknown_words_none() -> None:
    lengths = np.linalg.norm(StaticEmbedder(shipped_folder()).embed(["hello world", ""]), axis=1)
    assert lengths.tolist() == pytest.approx([1.0, 0.0], abs=1e-5)


def test_word_pieces_are_berts() -> None:
    vocabulary = {"un": 0, "##aff": 1, "##able": 2, "cafe": 3, "!": 4, "日": 5}
    assert basic_tokens("Café, unaffable!日本") == ["cafe", ",", "unaffable", "!", "日", "本"]
    assert [pieces(token, vocabulary) for token in ("unaffable", "cafe", "unx")] == [[0, 1, 2], [3], []]


def test_features_mark_the_ends_of_words_and_wishes() -> None:
    assert split("Don't panic? 42_x") == ["don't", "panic", "?", "42", "x"]
    assert len(pair_buckets(["a", "b"])) == 3  # ^a ab b$
    assert pair_buckets(["a", "b"]) != pair_buckets(["b", "a"])
    assert len(gram_buckets("ab")) == 3  # <ab ab> <ab>


def test_the_shipped_arrays_stay_within_ten_megabytes() -> None:
    assert sum(path.stat().st_size for path in shipped_folder().iterdir()) <= 10_000_000
