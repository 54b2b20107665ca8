"""Skip: leaves out rungs whose answers fail more often than they pay; it never leaves the ladder empty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from routerd.domain.acceptance import Acceptance
from routerd.domain.model import OFFLINE
from routerd.domain.money import dollars
from routerd.domain.quote import Estimate, Route

RETRY_FROM, RETRY_AT_MOST = 8, 40
"""A skipped rung is asked again after as many actions as it has answers, within these: doubt is dear at first,
and later one try in forty costs at most 2.5 % of what is saved."""


def prune_chain(
    route: Route, estimates: Sequence[Estimate], known: Sequence[Acceptance]
) -> tuple[Route, tuple[Estimate, ...]]:
    """The rungs worth asking in their order, with their estimates; the arithmetic is in the route's reason."""
    unworthy = not_worth(route, estimates, known)
    kept = [index for index in range(len(route.chain)) if index not in unworthy]
    reason = "; ".join((route.reason, *(unworthy[index] for index in sorted(unworthy))))
    chain = tuple(route.chain[index] for index in kept)
    return replace(route, chain=chain, reason=reason), tuple(estimates[index] for index in kept)


def not_worth(route: Route, estimates: Sequence[Estimate], known: Sequence[Acceptance]) -> dict[int, str]:
    """The rungs that are not worth asking, by their index, each with the arithmetic in words.

    With `c` the likely cost of a rung, `p` the share of its answers that is accepted, and `E` the expected cost of
    all that follows, asking it first costs `c + (1 - p) * E` and starting above it costs `E`. So it is left out where

        c + (1 - p) * E > E,   that is   c > p * E

    computed from the top down, the last rung being asked in any case. It is the stopping rule of an LLM cascade
    (L. Chen, M. Zaharia, J. Zou, "FrugalGPT", 2023, section 3) with its budget in dollars. As `p` is not known, the
    upper end of its confidence interval stands for it: to learn that a rung is worthless then costs a few answers of
    the rung above, whatever the prices are.
    """
    found: dict[int, str] = {}
    above: Decimal | None = None
    for index in reversed(range(len(route.chain))):
        if route.chain[index].models == (OFFLINE,):
            continue
        cost = estimates[index].cost
        if cost is None:
            above = None
            continue
        if above is not None and _fails(cost.likely, above, known[index]):
            found[index] = _arithmetic(estimates[index], above, known[index])
            continue
        p = Decimal(str(known[index].at_best))
        above = cost.likely if above is None else cost.likely + (1 - p) * above
    return found


def _fails(cost: Decimal, above: Decimal, known: Acceptance) -> bool:
    if not known.tried or known.since >= min(max(known.tried, RETRY_FROM), RETRY_AT_MOST):
        return False
    return cost > Decimal(str(known.at_best)) * above


def _arithmetic(estimate: Estimate, above: Decimal, known: Acceptance) -> str:
    assert estimate.cost is not None
    return (
        f"{estimate.model} is skipped: {known.accepted} of its last {known.tried} answers were accepted, "
        f"and {dollars(estimate.cost.likely)} > {known.at_best:.2f} × {dollars(above)}"
    )
