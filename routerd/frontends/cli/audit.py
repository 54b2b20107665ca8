"""`routerd audit`: what past work cost, and what it would have cost on the user's tiers; nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from routerd.domain.errors import UsageError
from routerd.domain.money import dollars
from routerd.frontends.cli import screen
from routerd.frontends.cli.opening import Config, opened
from routerd.frontends.shapes import Json, money, usage_json
from routerd.stages.audit import Audited, Logged, read_log


def audit(
    logs: Annotated[list[Path], typer.Argument(metavar="LOG…", help="files of Claude Code, aider or a gateway")],
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
    config: Config = None,
) -> int:
    """Say what past work cost, and what it would have cost with your tiers."""
    logged: list[Logged] = []
    for path in logs:
        if not path.is_file():
            raise UsageError(f"There is no file {path}.")
        found = read_log(path.read_text("utf-8", "replace"))
        if not found:
            raise UsageError(f"{path} holds no request: give a session of Claude Code, a log of aider or a gateway.")
        logged += found
    with opened(config) as app:
        audited = app.audit(logged)
    if as_json:
        screen.print_json(_shape(audited))
    else:
        _show(audited)
    return 0


def _sums(audited: Sequence[Audited]) -> tuple[Decimal, Decimal, Decimal]:
    """Dollars of the requests with both prices: what they cost, would have cost, and how much less is unsure."""
    known = [(one, one.cost, one.would_cost) for one in audited if one.cost is not None and one.would_cost is not None]
    paid = sum((cost for _, cost, _ in known), Decimal(0))
    instead = sum((would for _, _, would in known), Decimal(0))
    unsure = sum((cost - would for one, cost, would in known if one.tier and not one.sure), Decimal(0))
    return paid, instead, unsure


def _unpriced(audited: Sequence[Audited]) -> int:
    return sum(one.cost is None or one.would_cost is None for one in audited)


def _shape(audited: Sequence[Audited]) -> Json:
    paid, instead, unsure = _sums(audited)
    return {
        "requests": len(audited),
        "cost": money(paid),
        "would_cost": money(instead),
        "saved": money(paid - instead),
        "saved_unsure": money(unsure),
        "unclassified": sum(one.tier is None for one in audited),
        "unpriced": _unpriced(audited),
        "rows": [_row(one) for one in audited],
    }


def _row(one: Audited) -> Json:
    return {
        "words": one.words[:200],
        "model": str(one.model),
        "usage": usage_json(one.usage),
        "cost": money(one.cost),
        "action": one.action,
        "tier": str(one.tier) if one.tier else None,
        "instead": str(one.instead) if one.instead else None,
        "would_cost": money(one.would_cost),
        "sure": one.sure,
    }


def _show(audited: Sequence[Audited]) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("tier", "instead of", "would ask"):
        table.add_column(name)
    for name in ("requests", "cost", "would have cost"):
        table.add_column(name, justify="right")
    groups: dict[tuple[str, str, str], list[Audited]] = {}
    for one in audited:
        key = (str(one.tier or "no words"), str(one.model), str(one.instead or "the same"))
        groups.setdefault(key, []).append(one)
    for (tier, model, instead), some in sorted(groups.items()):
        paid, would, _ = _sums(some)
        unknown = _unpriced(some) == len(some)
        amounts = (dollars(None), dollars(None)) if unknown else (dollars(paid), dollars(would))
        table.add_row(tier, model, instead, f"{len(some):,}", *amounts)
    screen.console().print(table)
    for sentence in _sentences(audited):
        screen.console().print(sentence)


def _sentences(audited: Sequence[Audited]) -> Iterator[str]:
    paid, would, unsure = _sums(audited)
    share = f" ({(paid - would) / paid:.0%} less)" if paid > would > 0 else ""
    yield f"{len(audited):,} requests cost {dollars(paid)}; with your tiers {dollars(would)}{share}, at today's prices."
    if unsure:
        yield f"Of the difference {dollars(unsure)} is unsure: the words alone do not say how hard that work was."
    if silent := sum(one.tier is None for one in audited):
        yield f"{silent:,} requests have no words in the log: they are counted at what they cost, without any saving."
    if unpriced := _unpriced(audited):
        yield f"{unpriced:,} requests are in no sum, as the price of one of their models is unknown."
    yield "Answers that a cheaper model gets wrong and a better one must repeat are not in this sum."
