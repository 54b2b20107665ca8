"""The numbers of one process since it began, by a bounded number of labels, for whoever asks for them."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from routerd.domain.measures import OTHER, SECOND_BUCKETS, TOKEN_BUCKETS, MeasuredCall
from routerd.domain.verdict import RefusalCode

MOST_MODELS = 200
"""Models that are counted apart; what comes after them is counted as ``other``, so that a scrape stays small."""

Labels = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Histogram:
    """How often values fell below each bound; ``counts`` has one more for those above the last."""

    bounds: Sequence[float]
    counts: list[int] = field(init=False)
    total: float = 0

    def __post_init__(self) -> None:
        self.counts = [0] * (len(self.bounds) + 1)

    def add(self, value: float) -> None:
        """Count one value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


@dataclass(slots=True)
class Tallied:
    """All numbers of one moment, by their labels."""

    tokens: dict[Labels, Histogram] = field(default_factory=dict)
    seconds: dict[Labels, Histogram] = field(default_factory=dict)
    dollars: dict[Labels, int | Decimal] = field(default_factory=dict)
    attempts: dict[Labels, int | Decimal] = field(default_factory=dict)
    refusals: dict[Labels, int | Decimal] = field(default_factory=dict)


class Tally:
    """The Numbers port: adds up in memory; any thread may add."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._models: set[tuple[str, str]] = set()
        self._so_far = Tallied()

    def called(self, call: MeasuredCall) -> None:
        """As the port says."""
        with self._lock:
            model = self._bounded(call)
            asked = (
                ("gen_ai_operation_name", call.operation),
                ("gen_ai_provider_name", call.provider),
                ("gen_ai_request_model", model),
            )
            if call.counted:
                for kind, count in (("input", call.usage.all_input), ("output", call.usage.all_output)):
                    labels = (*asked, ("gen_ai_token_type", kind))
                    self._so_far.tokens.setdefault(labels, Histogram(TOKEN_BUCKETS)).add(count)
            failed = (("error_type", call.error),) if call.error else ()
            self._so_far.seconds.setdefault((*asked, *failed), Histogram(SECOND_BUCKETS)).add(call.seconds)
            where = (("provider", call.provider), ("model", model), ("tier", str(call.tier)))
            ended = (*where, ("status", str(call.status)))
            self._so_far.attempts[ended] = self._so_far.attempts.get(ended, 0) + 1
            self._so_far.dollars[where] = self._so_far.dollars.get(where, Decimal(0)) + (call.cost or 0)

    def refused(self, code: RefusalCode) -> None:
        """As the port says."""
        with self._lock:
            labels = (("code", str(code)),)
            self._so_far.refusals[labels] = self._so_far.refusals.get(labels, 0) + 1

    def sums(self) -> Tallied:
        """The numbers as they stand; later calls change none of them."""
        with self._lock:
            return Tallied(
                {labels: _copy(one) for labels, one in self._so_far.tokens.items()},
                {labels: _copy(one) for labels, one in self._so_far.seconds.items()},
                dict(self._so_far.dollars),
                dict(self._so_far.attempts),
                dict(self._so_far.refusals),
            )

    def _bounded(self, call: MeasuredCall) -> str:
        key = (call.provider, call.model)
        if key not in self._models:
            if len(self._models) >= MOST_MODELS:
                return OTHER
            self._models.add(key)
        return call.model


def _copy(one: Histogram) -> Histogram:
    copy = Histogram(one.bounds)
    copy.counts, copy.total = list(one.counts), one.total
    return copy
