"""How long answers were, by client and tier: what is reserved for the next one before it is known."""

from __future__ import annotations

from collections import deque

from routerd.domain.quote import TokenRange
from routerd.domain.tier import Tier

_KEPT = 100
"""Answers of one client on one tier; a day of a coding agent has some hundreds."""
_ENOUGH = 5
"""Answers from which their own quantiles are used."""
_PRIOR = TokenRange(50, 400, 2_000)
"""Before that: most requests of coding agents end in a tool call of some hundred tokens, a few write a whole file."""


class OutputHistory:
    """In memory only: a new process begins with the prior, which reserves more than most answers need."""

    def __init__(self) -> None:
        self._known: dict[tuple[str | None, Tier], deque[int]] = {}

    def of(self, client: str | None, tier: Tier) -> TokenRange:
        """The 10th, 50th and 90th percentile of output tokens."""
        known = sorted(self._known.get((client, tier), ()))
        if len(known) < _ENOUGH:
            return _PRIOR
        low, likely, high = (known[round(level * (len(known) - 1))] for level in (0.1, 0.5, 0.9))
        return TokenRange(low, max(likely, 1), max(high, 1))

    def add(self, client: str | None, tier: Tier, output: int) -> None:
        """An answer of so many tokens came."""
        self._known.setdefault((client, tier), deque(maxlen=_KEPT)).append(output)
