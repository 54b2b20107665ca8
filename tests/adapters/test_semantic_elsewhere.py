"""Embeddings other than the shipped one: an endpoint on loopback, a folder, and what happens when they fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from routerd.adapters.config import KeyReader
from routerd.adapters.semantic import FallbackClassifier, SemanticClassifier, ServedEmbedder, StaticEmbedder
from routerd.adapters.semantic.classifier import shipped_folder
from routerd.adapters.semantic.fallback import REST_S
from routerd.app.classifiers import Classifiers
from routerd.app.session_keys import SessionKeys
from routerd.domain.classification import Classification
from routerd.domain.errors import KeyUnavailable, UpstreamError
from routerd.domain.key_source import KeySource
from routerd.domain.model import ModelRef
from routerd.domain.settings import Embedding, ProviderSettings, Routing, RoutingExample, Settings
from routerd.domain.tier import Tier
from routerd.providers import Embeddings, KeyCache
from routerd.providers.keys import ProviderKey
from tests.loopback import InThread, Turn, Upstream, error_in_200, rate_limited, redirect
from tests.loopback.witness import fingerprint

SHIPPED = StaticEmbedder(shipped_folder())


def turned(text: str) -> list[float]:
    """The shipped vector in another space, and not of length 1."""
    return [float(number) * 3 for number in SHIPPED.embed([text])[0][::-1]]


@pytest.fixture
def upstream() -> Iterator[InThread]:
    with InThread(Upstream(embed=turned, keys=["right"])) as serving:
        yield serving


def provider(upstream: InThread) -> ProviderSettings:
    return ProviderSettings("corp", upstream.base_url, KeySource(env="CORP"))


def key(value: str | None, **headers: str) -> Callable[[ProviderSettings], ProviderKey]:
    """What reads a provider's key and its own headers."""
    return lambda _: ProviderKey(value, "corp", headers=tuple(headers.items()))


def settings(upstream: InThread, *examples: RoutingExample) -> Settings:
    routing = Routing(embedder=Embedding(model=ModelRef("corp", "embed-1")), examples=examples)
    return Settings({}, {}, {"corp": provider(upstream)}, routing=routing)


def test_an_endpoint_gives_one_vector_for_each_text(upstream: InThread) -> None:
    ask = Embeddings(provider(upstream), "embed-1", key("right"))
    texts = [f"instruction {number}" for number in range(300)]  # more than one request
    assert np.allclose(ask(texts), [turned(text) for text in texts])
    assert upstream.embedded == texts
    assert np.allclose(ask([""]), [turned(" ")])


@pytest.mark.parametrize("turn", [rate_limited(), redirect("http://127.0.0.1:1/"), Turn(status=500)])
def test_an_endpoint_that_fails_is_told_in_a_few_words(turn: Turn) -> None:
    with InThread(Upstream(embeddings_turn=turn)) as failing:
        ask = Embeddings(provider(failing), "embed-1", key(None))
        with pytest.raises(UpstreamError, match=rf"corp answered {turn.status}"):
            ask(["x"])


def test_a_wrong_key_is_asked_for_anew(upstream: InThread) -> None:
    keys = iter(["wrong", "right"])
    ask = Embeddings(provider(upstream), "embed-1", lambda _: ProviderKey(next(keys), "corp"))
    with pytest.raises(UpstreamError, match="401"):
        ask(["x"])
    assert len(ask(["x"])) == 1


def test_the_providers_own_headers_are_sent_and_stand_in_for_a_key_it_lacks() -> None:
    with InThread(Upstream()) as gateway:
        Embeddings(provider(gateway), "embed-1", key(None, **{"api-key": "azure's own"}))(["x"])
        Embeddings(provider(gateway), "embed-1", key("right", **{"x-portkey-config": "pc-1"}))(["x"])
        without, beside = (seen.headers for seen in gateway.seen_embeddings)
    assert "api-key" in without
    assert "authorization" not in without
    assert beside["x-portkey-config"] == "pc-1"
    assert "authorization" in beside


def test_headers_with_values_of_their_own_sources_reach_the_endpoint_of_a_session() -> None:
    with InThread(Upstream()) as gateway:
        there = replace(provider(gateway), key=None, headers={"api-key": KeySource(env="AZURE"), "x-of": "routerd"})
        keys = SessionKeys(reader := KeyReader({"AZURE": "secret"}), KeyCache(reader.key, reader.headers))
        Embeddings(there, "embed-1", keys.read_with_headers)(["x"])
        (seen,) = gateway.seen_embeddings
        absent = SessionKeys(bare := KeyReader({}), KeyCache(bare.key, bare.headers))
        with pytest.raises(KeyUnavailable, match="AZURE"):
            Embeddings(there, "embed-1", absent.read_with_headers)(["x"])
    assert seen.headers["x-of"] == "routerd"
    assert seen.headers["api-key"] in ("secret", fingerprint("secret"))


def test_an_endpoint_that_gives_no_vectors_is_told() -> None:
    with InThread(Upstream(embeddings_turn=error_in_200())) as failing, pytest.raises(UpstreamError, match="too few"):
        Embeddings(provider(failing), "embed-1", key(None))(["x"])


def test_the_configured_endpoint_decides_and_learns_examples(upstream: InThread) -> None:
    example = RoutingExample(Tier.ARCHITECT, "please frobnicate the quux")
    classifier = Classifiers().of(settings(upstream, example), key("right"))
    assert upstream.embedded == []  # nothing is asked before the first use
    found = classifier.classify("frobnicate the quux")
    assert (found.tier, found.caveat, found.nearest[0].text) == (Tier.ARCHITECT, None, "frobnicate the quux")
    assert classifier.classify("summarize this log").tier is Tier.SPEED
    asked = len(upstream.embedded)
    assert classifier.classify("summarize this log").tier is Tier.SPEED
    assert len(upstream.embedded) == asked  # an action asks twice, and pays once


def test_a_reload_does_not_fetch_the_prototypes_again(upstream: InThread) -> None:
    key_of = key("right")
    classifiers = Classifiers()
    classifiers.of(settings(upstream), key_of).load()
    asked = len(upstream.embedded)
    reloaded = classifiers.of(settings(upstream, RoutingExample(Tier.SPEED, "a new one")), key_of)
    reloaded.classify("b")
    assert len(upstream.embedded) == asked + 2


def test_while_the_endpoint_fails_the_built_in_embedding_answers_and_says_so() -> None:
    with InThread(Upstream(embeddings_turn=Turn(status=500))) as failing:
        classifier = Classifiers().of(settings(failing), key(None))
        found = classifier.classify("add unit tests for the parser")
    assert found.tier is Tier.UTILITY
    assert found.caveat == "the embedding corp/embed-1 failed (corp answered 500), so the built-in one decided"


def test_after_a_failure_it_is_left_alone_for_a_while() -> None:
    asked: list[int] = []
    now = [0.0]

    def ask(texts: Sequence[str]) -> list[list[float]]:
        asked.append(len(texts))
        if len(asked) == 1:
            raise UpstreamError("corp is down.")
        return [turned(text) for text in texts]

    classifier = FallbackClassifier(
        SemanticClassifier(ServedEmbedder(ask)), SemanticClassifier(), "corp/m", clock_s=lambda: now[0]
    )

    def caveat() -> str | None:
        answer: Classification = classifier.classify("rename this")
        return answer.caveat

    assert caveat() is not None
    now[0] = REST_S - 1
    assert caveat() is not None
    assert len(asked) == 1
    now[0] = REST_S
    assert caveat() is None


def test_a_folder_that_is_missing_is_never_looked_for_on_a_hub(tmp_path: Path) -> None:
    folder = tmp_path / "none"
    chosen = Settings({}, {}, {}, routing=Routing(embedder=Embedding(folder=str(folder))))
    found = Classifiers().of(chosen, key(None)).classify("rename this variable")
    assert found.tier is Tier.UTILITY
    assert f"the embedding {folder} failed" in (found.caveat or "")
