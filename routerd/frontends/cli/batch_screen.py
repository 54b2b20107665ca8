"""What the command line shows of a batch: totals, tables, progress and how it ended."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from routerd.batch.landing import Conflict
from routerd.batch.service_price import ServicePrice
from routerd.domain.batch import BatchPlan, Item, ItemState, PriceRange
from routerd.domain.money import dollars, dollars_at_most, spent_words, total
from routerd.frontends.cli import screen
from routerd.frontends.shapes import Json, counted, model_words, money

_LINE_S = 5.0
"""Seconds between two lines of progress where there is no terminal."""


class BatchProgress:
    """A BatchObserver: a bar on a terminal, else a line now and then."""

    def __init__(self, budget: Decimal | None) -> None:
        self._of = f" of {dollars(budget)}" if budget else ""
        self._bar: Progress | None = None
        self._done, self._of_items, self._began, self._told = 0, 0, time.monotonic(), time.monotonic()

    def __enter__(self) -> BatchProgress:
        if sys.stderr.isatty():
            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[money]}"),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
            )
            self._bar = Progress(*columns, console=screen.errors(), transient=True)
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def wave(self, number: int, items: int) -> None:
        """As BatchObserver says."""
        self._done, self._of_items, self._began = 0, items, time.monotonic()
        title = "asking" if number == 1 else "asking the next tier"
        if self._bar is not None:
            for task in self._bar.task_ids:
                self._bar.remove_task(task)
            self._bar.add_task(title, total=items, money="")
        elif number > 1:
            screen.note(f"{counted(items, 'answer')} refused: asking the next tier.")

    def ended(self, item: Item, spent: Decimal | None) -> None:
        """As BatchObserver says."""
        self._done += 1
        now = time.monotonic()
        seconds = max(now - self._began, 0.001)
        words = f"{dollars(spent)}{self._of}, {self._done / seconds * 60:,.0f} a minute"
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[-1], advance=1, money=words)
        elif now - self._told >= _LINE_S:
            self._told = now
            left = (self._of_items - self._done) * seconds / self._done
            screen.note(f"{self._done:,} of {counted(self._of_items, 'item')}, {words}, about {left:,.0f} s left")


def price_words_of(price: PriceRange) -> str:
    """The likely price of several items and the most that they can cost."""
    if price.likely is None:
        return "price unknown"
    if not price.likely:
        return "$0"
    most = "" if price.most is None else f", at most {dollars_at_most(price.most)}"
    return f"≈ {dollars(price.likely)}{most}"


def total_line(plan: BatchPlan) -> str:
    """The first line: what would be asked, of whom, for how much."""
    items = plan.open
    away = sum(item.state is ItemState.SUBMITTED for item in plan.items)
    done = len(plan.items) - len(items) - away
    models = ", ".join(dict.fromkeys(f"{item.tier} → {model_words(item.model)}" for item in items))
    parts = [f"{counted(done, 'file')} done before"] if done else []
    parts += [f"{away:,} at a provider"] if away else []
    before = f" ({', '.join(parts)})" if parts else ""
    if not items:
        return f"{plan.action}: nothing to ask{before}."
    how = ""
    if plan.exact is not None and plan.exact < len(plan.items):
        how = f" (sizes estimated from {counted(plan.exact, 'prompt')})"
    return f"{plan.action}: {counted(len(items), 'file')}{before}, {models}: {price_words_of(plan.price)}{how}"


def service_line(offer: ServicePrice) -> str:
    """What the same costs at the batch services of the providers, and who says so."""
    if not offer.items:
        return "  in the provider's batch, within a day: price unknown"
    source = f" ({'; '.join(offer.sources)})" if offer.sources else ""
    part = "" if len(offer.items) == offer.able else f" for {len(offer.items)} of {counted(offer.able, 'file')}"
    return f"  in the provider's batch, within a day: {price_words_of(offer.price)}{part}{source}"


def service_json(offer: ServicePrice) -> Json | None:
    """The same; ``None`` where no provider has a batch service."""
    if not offer.able:
        return None
    known = {"items": len(offer.items), "sources": list(offer.sources)}
    return known | (price_json(offer.price) if offer.items else price_json(PriceRange(None, None, None, None)))


def plan_table(plan: BatchPlan) -> None:
    """A row for each item."""
    screen.table(
        ("file", "what", "tier → model", "state"),
        ("input", "price"),
        [
            (
                item.path,
                item.label,
                f"{item.tier} → {model_words(item.model)}",
                "" if item.state is ItemState.PLANNED else str(item.state),
                f"{item.input_tokens:,}",
                dollars(item.likely) if item.state.open else dollars(item.cost),
            )
            for item in plan.items
        ],
    )


def passed_lines(plan: BatchPlan, explain: bool) -> None:
    """What is passed over: a line for each reason, and with ``explain`` for each file."""
    if explain:
        for passed in plan.passed:
            screen.note(f"skipped: {passed.path}: {passed.reason}")
        return
    reasons = Counter(_kind(passed.reason) for passed in plan.passed)
    for reason, count in reasons.most_common():
        screen.note(f"skipped: {counted(count, 'file')}: {reason}")


def _kind(reason: str) -> str:
    """A reason without what it says of one file."""
    if "documented already" in reason:
        return "documented already"
    if reason.startswith("there is nothing to"):
        return reason.partition(" in `")[0]
    return reason.partition(" (")[0] if "`" not in reason else reason


def ended_lines(items: Iterable[Item]) -> None:
    """Items without a usable answer, each with its reason."""
    for item in items:
        if item.state in (ItemState.REFUSED, ItemState.FAILED, ItemState.PROPOSED):
            screen.note(f"{item.state}: {item.path}: {item.message}")


def conflict_lines(conflicts: Iterable[Conflict]) -> None:
    """Changes that do not fit the files as they are now."""
    for conflict in conflicts:
        screen.note(f"conflict: {conflict.path}: {conflict.reason}")


def batch_json(plan: BatchPlan) -> Json:
    """A plan, or a batch after its run."""
    return {
        "batch": plan.id,
        "action": plan.action,
        "total": {"items": len(plan.open), "done": len(plan.items) - len(plan.open), **price_json(plan.price)},
        "priced_exactly": plan.exact,
        "spent": money(total(item.cost for item in plan.items)),
        "items": [item_json(item) for item in plan.items],
        "skipped": [{"path": passed.path, "reason": passed.reason} for passed in plan.passed],
    }


def spent_of(items: Iterable[Item]) -> str:
    """What items cost so far, for people; what is at an unknown price is told."""
    costs = [item.cost for item in items]
    known = [cost for cost in costs if cost is not None]
    return spent_words(sum(known, Decimal(0)) if known or not costs else None, len(costs) - len(known))


def price_json(price: PriceRange) -> Json:
    """The price of several items."""
    return {
        "low": money(price.low),
        "likely": money(price.likely),
        "high": money(price.high),
        "most": money(price.most),
    }


def item_json(item: Item) -> Json:
    """One item."""
    return {
        "id": item.id,
        "path": item.path,
        "symbol": item.symbol or None,
        "state": str(item.state),
        "tier": str(item.tier),
        "model": str(item.model),
        "input_tokens": item.input_tokens,
        "low": money(item.low),
        "likely": money(item.likely),
        "high": money(item.high),
        "most": money(item.most),
        "cost": money(item.cost),
        "message": item.message or None,
    }
