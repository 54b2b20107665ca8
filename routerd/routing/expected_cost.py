"""Expected cost: the candidates that an action asks, in order, where its expected cost is least; pure arithmetic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import combinations
from math import prod

from routerd.domain.stakes import Choice, Option, Row, Stakes

FIXABLE = Decimal("0.5")
"""The share of rejected answers with a formal error, which the same model is asked to fix once."""

RETRY_FROM, RETRY_PER_EXCESS = 8, 60
"""When a candidate that is left out is tried again: after eight actions at the least, and so seldom that all retries
together cost about one sixtieth of what the actions are expected to cost."""

ENOUGH = 5
"""Answers of its own that an option below the default tier needs before asking may begin with it."""


def answered(option: Option, fixes: bool) -> tuple[Decimal, Decimal]:
    """The expected price of asking one candidate in dollars, and the chance that an answer of it passes the check.

    With ``c`` the price of an answer (price per token times tokens), ``p`` the chance that it passes the check, and
    ``m`` the share of rejected answers that the same model is asked to fix once:

        price  = c * (1 + (1 - p) * m)
        passes = p * (1 + (1 - p) * m)
    """
    asks = 1 + (1 - option.passes) * (FIXABLE if fixes else 0)
    return (option.cost or Decimal(0)) * asks, option.passes * asks


def unnoticed(passes: Decimal, noticed: Decimal) -> Decimal:
    """The chance that an answer that passed its check is bad all the same.

    The check rejects the share ``d`` (``noticed``) of bad answers and no good one. So a model whose answers pass with
    the chance ``p`` gives a bad one with the chance ``(1 - p) / d``, and of those that passed

        (1 - p) / d * (1 - d) / p

    are bad, at most all of them. Where nothing is checked (``d`` = 0) all that is known is the prior, so the chance
    is that of failing it.
    """
    if noticed == 0:
        return 1 - passes
    if passes == 0:
        return Decimal(1)
    bad = min(Decimal(1), (1 - passes) / noticed)
    return min(Decimal(1), bad * (1 - noticed) / passes)


def rows(options: Sequence[Option], stakes: Stakes) -> tuple[Row, ...]:
    """The arithmetic of asking the options in their order, one row for each.

    The expected cost ``E`` of beginning with an option, ``L`` being the penalty for a bad answer that nobody
    noticed, ``b`` its chance among the accepted answers, and ``price`` and ``passes`` as in ``answered``:

        E = price + passes * b * L + (1 - passes) * E of the options after it

    computed from the last option backwards; after the last one ``E`` is 0.
    """
    found: list[Row] = []
    above = Decimal(0)
    for option in reversed(options):
        price, passes = answered(option, stakes.fixes)
        penalty = passes * unnoticed(option.passes, stakes.noticed) * stakes.penalty
        going_up = (1 - passes) * above
        above = price + penalty + going_up
        found.append(Row(option, price, penalty, going_up, above))
    return tuple(reversed(found))


def choose(options: Sequence[Option], stakes: Stakes) -> Choice:
    """Which options to ask, in order, so that the expected cost is least.

    ``options`` are in the order of escalation; those below the default tier come first (``Option.below``). Asking
    begins at the default tier or, where a check exists, below it, never above; the last option is always kept, and
    each one between may be left out. Each such chain is priced by ``rows``, and the cheapest is taken; one below the
    default tier needs ``ENOUGH`` answers of its own for that, as a prior is no reason to leave the default. An option
    that is left out is tried again from time to time (``RETRY_FROM``), as models change and none is known unasked.

    Where a price is unknown nothing can be compared: asking begins at the default tier and leaves nothing out.
    """
    assert options
    default = tuple(option for option in options if not option.below) or tuple(options)
    if any(option.cost is None for option in options):
        return Choice(default, (), (), "a price is unknown, so expected costs cannot be compared")
    chains = {chain: rows(chain, stakes) for chain in _chains(options)}
    known = [chain for chain in chains if chain[0].answers >= ENOUGH or not chain[0].below]
    best = min(known, key=lambda chain: chains[chain][0].expected)
    reason = _reason(best, default, chains)
    again = _tried_again(options, best, chains, stakes)
    if again is not None:
        option, best = again
        reason = f"{option.name} is tried again, as it was not asked in the last {option.since} actions of this kind"
    alternatives = tuple(
        min((found for chain, found in chains.items() if chain[0] is start), key=lambda found: found[0].expected)[0]
        for start in dict.fromkeys(chain[0] for chain in chains)
        if start is not best[0]
    )
    return Choice(best, chains[best], alternatives, reason)


def _tried_again(
    options: Sequence[Option],
    best: tuple[Option, ...],
    chains: Mapping[tuple[Option, ...], tuple[Row, ...]],
    stakes: Stakes,
) -> tuple[Option, tuple[Option, ...]] | None:
    """The option outside of the best chain whose turn it is, with the best chain that asks it; ``None`` for none.

    With ``x`` the share by which its chain costs more than the best one if it is as good as it may be, ``r`` the chance
    that it is reached there, and ``n`` the number of options that are left out, the turn comes after
    ``RETRY_PER_EXCESS * n * x / r`` actions. So an option of which little is known is tried often, and one that is
    known to be of no use seldom.
    """
    expected = chains[best][0].expected
    left_out = [option for option in options if option not in best]
    due: list[tuple[Decimal, Option, tuple[Option, ...]]] = []
    for option in left_out:
        having = [chain for chain in chains if option in chain and (chain[0] is option or not option.below)]
        if not having:
            continue
        chain = min(having, key=lambda one: chains[one][0].expected)
        hoped = tuple(_hopeful(one) if one is option else one for one in chain)
        excess = (rows(hoped, stakes)[0].expected - expected) / expected if expected else Decimal(0)
        before = chain[: chain.index(option)]
        reached = prod((1 - answered(earlier, stakes.fixes)[1] for earlier in before), start=Decimal(1))
        if option.since >= RETRY_FROM and option.since * reached >= RETRY_PER_EXCESS * len(left_out) * excess:
            due.append((excess, option, chain))
    return min(due, key=lambda one: one[0])[1:] if due else None


def _hopeful(option: Option) -> Option:
    return replace(option, passes=max(option.passes, option.may_pass))


def _chains(options: Sequence[Option]) -> Iterator[tuple[Option, ...]]:
    """Every chain that may be asked: the whole one first, so that it wins where others cost the same."""
    default = next((index for index, option in enumerate(options) if not option.below), len(options) - 1)
    last = len(options) - 1
    for start in (default, *range(default)):
        between = options[start + 1 : last]
        for size in range(len(between), -1, -1):
            for kept in combinations(between, size):
                yield (options[start], *kept, options[last]) if start < last else (options[start],)


def _reason(
    best: Sequence[Option], default: Sequence[Option], chains: dict[tuple[Option, ...], tuple[Row, ...]]
) -> str:
    """Why the chain differs from the whole one from the default tier on; empty where it does not."""
    if tuple(best) == tuple(default):
        return ""
    whole = chains[tuple(default)]
    return (
        f"least expected cost: {chains[tuple(best)][0].shown} from {' → '.join(one.name for one in best)}, "
        f"{whole[0].shown} from {' → '.join(one.name for one in default)}"
    )
