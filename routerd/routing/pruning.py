"""Pruning: drops candidates whose answers fail too often to pay off; never empties the chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from routerd.domain.acceptance import Acceptance
from routerd.domain.model import OFFLINE
from routerd.domain.money import dollars
from routerd.domain.quote import Estimate, Route

RETRY_FROM, RETRY_AT_MOST = 8, 40
"""Bounds of a pruned candidate's retry interval in actions, which equals its number of answers: retries are
expensive at first, and later one in forty costs at most 2.5 % of what is saved."""


def prune_chain(
    route: Route, estimates: Sequence[Estimate], acceptances: Sequence[Acceptance]
) -> tuple[Route, tuple[Estimate, ...]]:
    """The candidates worth asking in order, with their estimates; the route's reason contains the arithmetic."""
    unworthy = not_worth(route, estimates, acceptances)
    worthy = [index for index in range(len(route.chain)) if index not in unworthy]
    reason = "; ".join((route.reason, *(unworthy[index] for index in sorted(unworthy))))
    chain = tuple(route.chain[index] for index in worthy)
    return replace(route, chain=chain, reason=reason), tuple(estimates[index] for index in worthy)


def not_worth(route: Route, estimates: Sequence[Estimate], acceptances: Sequence[Acceptance]) -> dict[int, str]:
    """The indices of the candidates that are not worth asking, each with the arithmetic as text.

    With `c` the likely cost of a candidate, `p` its acceptance rate, and `E` the expected cost of all candidates
    after it, asking it first costs `c + (1 - p) * E` and starting after it costs `E`. So it is dropped if

        c + (1 - p) * E > E,   that is   c > p * E

    computed from the last candidate, which is always asked, backwards. It is the stopping rule of an LLM cascade
    (L. Chen, M. Zaharia, J. Zou, "FrugalGPT", 2023, section 3) with its budget in dollars. As `p` is not known, the
    upper end of its confidence interval is used: learning that a candidate is useless then costs a few answers of
    the next one, whatever the prices are.
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
        if above is not None and _fails(cost.likely, above, acceptances[index]):
            found[index] = _arithmetic(estimates[index], above, acceptances[index])
            continue
        p = Decimal(str(acceptances[index].at_best))
        above = cost.likely if above is None else cost.likely + (1 - p) * above
    return found


def _fails(cost: Decimal, above: Decimal, acceptance: Acceptance) -> bool:
    if not acceptance.answers or acceptance.since >= min(max(acceptance.answers, RETRY_FROM), RETRY_AT_MOST):
        return False
    return cost > Decimal(str(acceptance.at_best)) * above


def _arithmetic(estimate: Estimate, above: Decimal, acceptance: Acceptance) -> str:
    assert estimate.cost is not None
    return (
        f"{estimate.model} is skipped: {acceptance.accepted} of its last {acceptance.answers} answers were accepted, "
        f"and {dollars(estimate.cost.likely)} > {acceptance.at_best:.2f} × {dollars(above)}"
    )
