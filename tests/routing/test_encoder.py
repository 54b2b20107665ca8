"""The optional sentence encoder: it answers what the shipped head is unsure about, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from routerd.adapters.semantic import SemanticClassifier
from routerd.adapters.semantic import classifier as module
from routerd.adapters.semantic.classifier import shipped_folder
from routerd.adapters.semantic.encoder import EncoderEmbedder, encoder_weights
from routerd.domain.settings import RoutingExample
from routerd.domain.tier import Tier

WEIGHTS = encoder_weights()
installed = pytest.mark.skipif(WEIGHTS is None, reason="the extra routerd[encoder] is not installed")
SURE = ["write unit tests for parse_header", "add a docstring to this function", "summarize this file in three lines"]
TEXTS = [
    *SURE,
    "the numbers are off by one on sundays, any idea",
    "could the cache be the culprit here or do we look elsewhere",
    "make it nicer",
    "what would it take to move this over",
    "ok now the other thing we talked about",
    "the second one",
]


def without_encoder(monkeypatch: pytest.MonkeyPatch) -> SemanticClassifier:
    found = SemanticClassifier()
    with monkeypatch.context() as patch:
        patch.setattr(module, "encoder_weights", lambda: None)
        found.load()
        assert found._parts.second is None
    return found


@installed
def test_like_sentences_are_near_whatever_their_words() -> None:
    assert WEIGHTS is not None
    same, also, other = EncoderEmbedder(WEIGHTS, shipped_folder()).embed(
        ["How do I delete a file?", "What is the way to remove a document from disk?", "Paint the kitchen green."]
    )
    assert np.allclose([np.linalg.norm(one) for one in (same, also, other)], 1, atol=1e-5)
    assert same @ also > 0.5 > same @ other


@installed
def test_what_the_shipped_head_is_sure_of_stays_and_the_rest_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    shipped, both = without_encoder(monkeypatch), SemanticClassifier()
    changed = 0
    for first, second in zip(shipped.classify_many(TEXTS), both.classify_many(TEXTS), strict=True):
        if first.confident:
            assert (second.tier, second.score, second.margin) == (first.tier, first.score, first.margin)
        changed += second.score != first.score
    assert all(one.confident for one in both.classify_many(SURE))
    assert changed


@installed
def test_a_users_example_decides_as_before() -> None:
    text = "what would it take to move this over"
    taught = SemanticClassifier().with_examples([RoutingExample(Tier.SPEED, text)])
    assert taught.classify(text).tier is Tier.SPEED


@installed
@pytest.mark.parametrize("text", ["还是不能用", "ça ne marche toujours pas", "أعد تسمية هذا المتغير"])
def test_what_is_not_english_stays_with_the_shipped_head(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = without_encoder(monkeypatch).classify(text), SemanticClassifier().classify(text)
    assert (second.tier, second.score) == (first.tier, first.score)


def test_without_the_extra_nothing_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = without_encoder(monkeypatch)
    assert shipped._parts.second is None
    assert [one.tier for one in shipped.classify_many(SURE)] == [Tier.UTILITY, Tier.UTILITY, Tier.SPEED]
