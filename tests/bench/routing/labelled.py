"""Labelled instructions, ready to fit: our own from train.jsonl, then real ones, and how alike every two are."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routerd.adapters.semantic.embedding import StaticEmbedder
from routerd.adapters.semantic.features import form_bucket, gram_buckets, pair_buckets, split, word_bucket
from routerd.adapters.semantic.form import form_of
from routerd.adapters.semantic.head import KINDS
from routerd.domain.tier import Tier
from routerd.routing.words import own_words

REAL_WEIGHT = 3.0  # a real instruction counts as three of ours; six gained nothing
ALSO_SHARE = 0.2  # what a further acceptable tier gets of an instruction
MEANING_WEIGHT = 2.0
VOICE_WEIGHTS = (1.0, 3.0, 1.0, 4.0)  # words, letter groups, pairs of words, form

Array = NDArray[np.float64]
Rows = list[tuple[NDArray[np.intp], Array]]
"""For each text the rows of the weight table that it uses, and their values."""

KIND_OF = {kind: index for index, kind in enumerate(KINDS)}
TIERS = sorted(Tier, key=lambda tier: -tier.rank)
TIER_OF_KIND = np.array([TIERS.index(tier) for tier, _ in KINDS])


@dataclass(frozen=True)
class Labelled:
    """The labelled set, ready to fit: our own instructions, then the real ones."""

    texts: list[str]
    wanted: Array
    """For each text the share of each of `KINDS`; rows sum to 1."""
    acceptable: NDArray[np.bool_]
    """For each text whether each of `TIERS` is acceptable."""
    weights: Array
    own: int
    """How many are our own."""
    groups: list[str]
    """Author patterns of our own, repositories of the real ones: what a fold leaves out whole."""
    embedded: Array
    spelled: list[Rows]
    """The rows of each voice: words, groups, pairs, form."""

    @property
    def kinds(self) -> NDArray[np.intp]:
        """The kind with the largest share."""
        return np.asarray(self.wanted.argmax(axis=1))

    @property
    def truth(self) -> NDArray[np.intp]:
        """The labelled tier, as an index of `TIERS`."""
        return np.asarray(TIER_OF_KIND[self.kinds])


def read(path: Path, real: Path | None, folder: Path) -> Labelled:
    """Our own instructions at `path`, then those at `real`; `folder` holds the embedding."""
    lines, further = _lines(path), _lines(real) if real else []
    texts = [own_words(line["text"]).text for line in lines + further]
    wanted = np.zeros((len(texts), len(KINDS)))
    acceptable = np.zeros((len(texts), len(TIERS)), dtype=bool)
    for row, line in enumerate(lines + further):
        also = [Tier(name) for name in line.get("also") or ()]
        for tier in (Tier(line["tier"]), *also):
            action = line.get("action") or action_of(tier, texts[row])
            wanted[row, KIND_OF[tier, action]] += ALSO_SHARE if tier in also else 1
            acceptable[row, TIERS.index(tier)] = True
    return Labelled(
        texts,
        wanted / wanted.sum(axis=1, keepdims=True),
        acceptable,
        np.array([1.0] * len(lines) + [REAL_WEIGHT] * len(further)),
        len(lines),
        [line["pattern"] for line in lines] + [repository(line["source"]) for line in further],
        StaticEmbedder(folder).embed(texts).astype(np.float64),
        [[voice(split(text)) for text in texts] for voice in (words, groups, neighbours, forms)],
    )


def action_of(tier: Tier, text: str) -> str:
    """The action that the words of a real instruction name; it carries none."""
    opens, *_, last = form_of(split(text))
    if tier is Tier.UTILITY and last in ("names:test", "names:text"):
        return "test" if last == "names:test" else "document"
    if tier is Tier.LOGIC and opens == "opens:judge":
        return "review"
    return "design" if tier is Tier.ARCHITECT and opens == "opens:design" else "ask"


def repository(source: str) -> str:
    """The owner and the name in `owner/name@commit:path`."""
    return source.partition(":")[0].partition("@")[0]


def words(of: list[str]) -> tuple[NDArray[np.intp], Array]:
    return _unit([word_bucket(word) for word in dict.fromkeys(of)])


def groups(of: list[str]) -> tuple[NDArray[np.intp], Array]:
    return _unit([bucket for word in dict.fromkeys(of) for bucket in gram_buckets(word)])


def neighbours(of: list[str]) -> tuple[NDArray[np.intp], Array]:
    return _unit(pair_buckets(of) if of else [])


def forms(of: list[str]) -> tuple[NDArray[np.intp], Array]:
    return _unit([form_bucket(name) for name in form_of(of)] if of else [])


def kernel_of(data: Labelled) -> Array:
    """How alike every two instructions are, over all five voices."""
    kernel: Array = MEANING_WEIGHT * (data.embedded @ data.embedded.T)
    for weight, voice in zip(VOICE_WEIGHTS, data.spelled, strict=True):
        kernel += weight * _alike(voice)
    return kernel


def _alike(voice: Rows) -> Array:
    used = np.unique(np.concatenate([buckets for buckets, _ in voice]))
    dense = np.zeros((len(voice), len(used)), dtype=np.float32)
    for row, (buckets, values) in enumerate(voice):
        dense[row, np.searchsorted(used, buckets)] = values
    return np.asarray(dense @ dense.T, dtype=np.float64)


def _unit(buckets: list[int]) -> tuple[NDArray[np.intp], Array]:
    """The counts, divided as `Head` divides them: by the root of how many places there are."""
    counts = Counter(buckets)
    values = np.array(list(counts.values()), dtype=np.float64) / max(len(buckets), 1) ** 0.5
    return np.array(list(counts), dtype=np.intp), values


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
