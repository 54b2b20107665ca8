"""Decides tier and action of an instruction, and shows the nearest known instructions; loads on first use."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from time import perf_counter

import numpy as np

from routerd.adapters.semantic.embedding import Embedder, Matrix, StaticEmbedder, vocabulary
from routerd.adapters.semantic.encoder import EncoderEmbedder, encoder_weights, readable
from routerd.adapters.semantic.features import split
from routerd.adapters.semantic.form import asks_something
from routerd.adapters.semantic.head import KINDS, Head
from routerd.adapters.semantic.prototypes import LabelledVectors, known, shipped_examples
from routerd.adapters.semantic.spelling import Spelling
from routerd.domain.classification import Classification, Neighbour
from routerd.domain.settings import RoutingExample
from routerd.domain.tier import Tier

SHOWN = 5
"""How many neighbours a classification carries."""

_TIERS = tuple(sorted(Tier, key=lambda tier: -tier.rank))  # strongest first: a tie goes up
_TIER_OF_KIND = np.array([_TIERS.index(tier) for tier, _ in KINDS])
_KINDS_TO_TIERS = np.eye(len(_TIERS), dtype=np.float32)[_TIER_OF_KIND]
_FOLLOWS = 0.7  # cosine: a paraphrase of a user's example has more, the same verb on another thing less
_VOTERS = 15  # prototypes that vote where the embedding is not the shipped one
_VOTE_WIDTH = 0.05  # cosine; how fast a vote fades with distance
_VOTE_FLOOR = 0.02  # no kind is impossible


def shipped_folder() -> Path:
    """Where the wheel keeps the arrays."""
    return Path(str(files("routerd") / "data" / "routing"))


@dataclass(frozen=True)
class _Loaded:
    """What a classifier needs; loaded once, shared by those made from it."""

    folder: Path
    own_embedder: Embedder | None

    @cached_property
    def shipped(self) -> StaticEmbedder:
        return StaticEmbedder(self.folder)

    @property
    def embedder(self) -> Embedder:
        return self.own_embedder or self.shipped

    @cached_property
    def spelling(self) -> Spelling:
        """By the shipped vocabulary and the prototypes, which hold what developers say beyond it."""
        ranks = vocabulary(self.folder) if self.own_embedder else self.shipped.known
        said = {word for example in self.prototypes.examples for word in split(example.text)}
        return Spelling(ranks | dict.fromkeys(said - ranks.keys(), len(ranks)))

    @cached_property
    def head(self) -> Head:
        head = Head(self.folder / "head.npz")
        head.warm(example.text for example in self.prototypes.examples)
        return head

    @cached_property
    def second(self) -> tuple[Head, Embedder] | None:
        """The head and the encoder for what is unsure; ``None`` where the extra is not installed."""
        weights = None if self.own_embedder else encoder_weights()
        if weights is None:
            return None
        return Head(self.folder / "encoder.npz"), EncoderEmbedder(weights, self.folder)

    @cached_property
    def prototypes(self) -> LabelledVectors:
        return known(shipped_examples(self.folder), self.embedder)


class SemanticClassifier:
    """Classifies a human's own words (`stages.words` finds them); safe to share between threads."""

    def __init__(
        self,
        embedder: Embedder | None = None,
        folder: Path | None = None,
        clock_s: Callable[[], float] = perf_counter,
    ) -> None:
        """`embedder` replaces the shipped embedding; `clock_s` measures what an answer took."""
        self._parts = _Loaded(folder or shipped_folder(), embedder)
        self._examples: tuple[RoutingExample, ...] = ()
        self._known: LabelledVectors | None = None
        self._clock_s = clock_s
        self._loading = threading.Lock()

    def load(self) -> None:
        """Reads everything that most answers need; call it off the request path. Later calls do nothing.

        The sentence encoder (200 MB with its runtime) is read for the first text that needs it.
        """
        with self._loading:
            if self._known is None:
                _ = self._parts.head, self._parts.spelling
                self._known = self._parts.prototypes.after(
                    known([(e.text, e.tier, "ask") for e in self._examples], self._parts.embedder)
                )

    def with_examples(self, examples: Sequence[RoutingExample]) -> SemanticClassifier:
        """A classifier that also follows these examples; loaded parts are shared, nothing is retrained."""
        other = SemanticClassifier(clock_s=self._clock_s)
        other._parts = self._parts
        # Strongest first: of two that are equally near, the first decides, so a tie goes up.
        other._examples = tuple(sorted(examples, key=lambda example: -example.tier.rank))
        return other

    def classify(self, text: str) -> Classification:
        """What `text` asks for."""
        return self.classify_many([text])[0]

    def classify_many(self, texts: Sequence[str]) -> list[Classification]:
        """One answer for each text; the time of the whole is shared out evenly."""
        if not texts:
            return []
        self.load()
        started_s = self._clock_s()
        assert self._known is not None  # load() has set it
        mended = [self._parts.spelling.mended(text) for text in texts]
        embedded = self._parts.embedder.embed(texts if self._parts.own_embedder else mended)
        similarities = embedded @ self._known.vectors.T
        kinds = self._kinds(mended, embedded, similarities[:, len(self._examples) :])
        rows = zip(mended, kinds, similarities, strict=True)
        answers = [self._answer(self._known, self._parts.head, *row) for row in rows]
        answers = [self._again(*row) for row in zip(answers, mended, similarities, strict=True)]
        micros = round((self._clock_s() - started_s) * 1e6 / len(texts))
        return [replace(answer, micros=micros) for answer in answers]

    def _kinds(self, texts: Sequence[str], embedded: Matrix, to_prototypes: Matrix) -> Matrix:
        """The probability of each kind of work, for each text."""
        head = self._parts.head
        if self._parts.own_embedder is None:
            meaning = head.of_meaning(embedded)
        else:
            meaning = _votes(to_prototypes, self._parts.prototypes)
        return _softmax((head.of_words(texts) + meaning) / head.calibration.temperature)

    def _again(self, first: Classification, text: str, similarities: Matrix) -> Classification:
        """What the sentence encoder makes of a text that the shipped head is unsure about."""
        if first.confident or self._known is None or not readable(text):
            return first
        with self._loading:
            second = self._parts.second
        if second is None:
            return first
        head, encoder = second
        evidence = head.of_words([text]) + head.of_meaning(encoder.embed([text]))
        (kinds,) = _softmax(evidence / head.calibration.temperature)
        return self._answer(self._known, head, text, kinds, similarities)

    def _answer(
        self, pool: LabelledVectors, head: Head, text: str, kinds: Matrix, similarities: Matrix
    ) -> Classification:
        calibration, tiers = head.calibration, kinds @ _KINDS_TO_TIERS
        best = int(similarities.argmax())
        if best < len(self._examples) and similarities[best] >= _FOLLOWS:
            return _followed(pool, best, similarities, kinds)
        first = int(tiers.argmax())
        second, score = sorted(tiers.tolist())[-2:]
        margin = score - second
        return Classification(
            tier=_TIERS[first],
            action=_action(kinds, _TIERS[first]),
            score=round(score, 4),
            margin=round(margin, 4),
            confident=margin >= calibration.confident_margin and asks_something(text),
            nearest=_nearest(pool, similarities, _TIERS[first]),
            micros=0,
        )


def _followed(pool: LabelledVectors, best: int, similarities: Matrix, kinds: Matrix) -> Classification:
    """A user's example decides: its similarity is the score, the lead over other tiers the margin."""
    example = pool.examples[best]
    score = min(float(similarities[best]), 1.0)
    rival = max(float(similarities[pool.ranks != example.tier.rank].max()), 0.0)
    return Classification(
        tier=example.tier,
        action=_action(kinds, example.tier),
        score=round(score, 4),
        margin=round(max(score - rival, 0.0), 4),
        confident=True,
        nearest=_nearest(pool, similarities, example.tier),
        micros=0,
    )


def _action(kinds: Matrix, tier: Tier) -> str:
    """The likeliest action among those of the tier."""
    best = int(np.where(_TIERS.index(tier) == _TIER_OF_KIND, kinds, -1).argmax())
    return KINDS[best][1]


def _nearest(pool: LabelledVectors, similarities: Matrix, tier: Tier) -> tuple[Neighbour, ...]:
    """The nearest of `tier` first, so that the reason fits the answer; then the nearest of any."""
    of_tier = int(np.where(pool.ranks == tier.rank, similarities, -2).argmax())
    top = np.argpartition(similarities, -SHOWN)[-SHOWN:]
    near = sorted(zip(similarities[top].tolist(), top.tolist(), strict=True), reverse=True)
    order = [(float(similarities[of_tier]), of_tier), *((nearness, i) for nearness, i in near if i != of_tier)]
    return tuple(pool.neighbour(index, nearness) for nearness, index in order[:SHOWN])


def _softmax(evidence: Matrix) -> Matrix:
    weights = np.exp(evidence - evidence.max(axis=1, keepdims=True))
    probabilities: Matrix = weights / weights.sum(axis=1, keepdims=True)
    return probabilities


def _votes(to_prototypes: Matrix, prototypes: LabelledVectors) -> Matrix:
    """Evidence from the nearest prototypes' kinds, for embeddings that the head was not fitted on."""
    kinds = np.array([KINDS.index((example.tier, example.action)) for example in prototypes.examples])
    evidence = np.empty((len(to_prototypes), len(KINDS)), dtype=np.float32)
    for row, similarities in enumerate(to_prototypes):
        top = np.argsort(-similarities)[:_VOTERS]
        weights = np.exp((similarities[top] - similarities[top[0]]) / _VOTE_WIDTH)
        shares = np.bincount(kinds[top], weights=weights / weights.sum(), minlength=len(KINDS))
        evidence[row] = np.log(shares + _VOTE_FLOOR)
    return evidence
