"""`routerd stats` and `report`: what was spent, what was saved, and how well it was estimated."""

from __future__ import annotations

import webbrowser
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from routerd.app.times import now
from routerd.app.workspace import App
from routerd.domain.errors import UsageError
from routerd.domain.money import dollars, spent_words
from routerd.domain.stats import Failovers, KeyTotals, Stats, StatsKey
from routerd.domain.verdict import Refusal
from routerd.frontends.cli import screen
from routerd.frontends.cli.opening import Config, opened
from routerd.frontends.cli.options import AsJson
from routerd.frontends.cli.progress import working
from routerd.frontends.report import Spenders, page
from routerd.frontends.shapes import Json, counted
from routerd.frontends.stats_shape import percent, rescued, saved, saved_against, stats_json, totals_json

_SHOWN = 12
"""Rows of failures that a screen shows, most frequent first."""


def stats(
    since: Annotated[int | None, typer.Option(metavar="DAYS", min=1, help="only the last days")] = None,
    by: Annotated[str | None, typer.Option(metavar="KEY", help=", ".join(StatsKey))] = None,
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    """Spend, savings and the accuracy of estimates."""
    key = _key(by)
    with opened(config) as app:
        found, totals = summed(app, since, key)
        warnings = _warnings(app)
    if as_json:
        screen.print_json(summed_json(found, totals, key))
    elif key is not None:
        _by(key, found, totals)
    else:
        _table(found)
    for warning in warnings:
        screen.note(warning)
    return 0


def _warnings(app: App) -> tuple[str, ...]:
    """As the gateway tells its clients: which budgets are spent but for a fifth."""
    limits = app.ledger.limits(now())
    return () if isinstance(limits, Refusal) else tuple(told for limit in limits if (told := limit.warning))


def _key(by: str | None) -> StatsKey | None:
    named = StatsKey.PERSON if by == "user" else by
    if named is not None and named not in list(StatsKey):
        raise UsageError(f"'{by}' is nothing that stats are kept by: choose {', '.join(StatsKey)}.")
    return StatsKey(named) if named is not None else None


def summed(app: App, since_days: int | None, key: StatsKey | None) -> tuple[Stats, Sequence[KeyTotals]]:
    """The ledger's sums of the last days, or of all time; by a key too, where one is named."""
    begin = now() - timedelta(days=since_days) if since_days else None
    return app.stats(begin), app.ledger.totals_by(key, begin) if key else ()


def summed_json(found: Stats, totals: Sequence[KeyTotals], key: StatsKey | None) -> Json:
    """The same, as the interface has it."""
    return stats_json(found) if key is None else totals_json(key, found, totals)


def report(
    since: Annotated[int | None, typer.Option(metavar="DAYS", min=1, help="only the last days")] = None,
    out: Annotated[Path, typer.Option(metavar="FILE.html", help="where to write it")] = Path("routerd-report.html"),
    show: Annotated[bool, typer.Option("--open", help="open it in the browser")] = False,
    config: Config = None,
) -> int:
    """Write spend and savings as an HTML page with charts. It needs no network to be read."""
    with opened(config) as app, working("reading the ledger"):
        found, sessions = summed(app, since, StatsKey.SESSION)
        _, clients = summed(app, since, StatsKey.CLIENT)
        _, projects = summed(app, since, StatsKey.PROJECT)
        _, people = summed(app, since, StatsKey.PERSON)
        spenders = Spenders(sessions, clients, projects, people)
        out.write_text(page(found, now(), since, spenders), "utf-8", newline="\n")
    screen.note(f"Wrote {out}.")
    if show:
        webbrowser.open(out.absolute().as_uri())
    return 0


def _by(by: StatsKey, found: Stats, totals: Sequence[KeyTotals]) -> None:
    screen.table(
        (by,),
        ("requests", "input", "cached", "tools, system", "output", "spent", "saved"),
        [
            (
                row.key or "unknown",
                f"{row.requests:,}",
                f"{row.usage.all_input:,}" if row.usage else "unknown",
                percent(row.cached),
                percent(row.instructed),
                f"{row.usage.all_output:,}" if row.usage else "unknown",
                spent_words(row.spent, row.unpriced),
                saved(row.saved),
            )
            for row in totals
        ],
    )
    spent = spent_words(found.spent, found.unpriced)
    screen.console().print(f"{counted(found.actions, 'request')}. Spent {spent}{_saved(found)}.")


def _saved(found: Stats) -> str:
    return f"; saved {saved_against(found.saved, found.baselines, found.unpriced)}" if found.baseline else ""


def _table(found: Stats) -> None:
    if not found.attempts:
        screen.console().print("Nothing has been asked yet. Try: routerd demo")
        return
    screen.table(("model",), ("asked", "accepted", "rejected", "failed", "input", "output", "spent"), _models(found))
    screen.table(("action", "language", "model"), ("accepted", "answer", "asked first while below"), _trials(found))
    screen.table(("failed", "then"), ("times", "spent"), _failures(found.failovers))
    screen.table(("from", "to", "by"), ("times", "answered"), _moves(found.failovers))
    if (more := len(found.failovers.rows) - _SHOWN) > 0:
        screen.console().print(f"{more:,} more kinds of failures: routerd stats --json lists them.")
    lines = [
        f"{found.actions:,} actions, {found.attempts:,} attempts. Spent {spent_words(found.spent, found.unpriced)}."
    ]
    if found.baseline is None:
        lines.append("What the baseline would have cost, and what was saved, is unknown.")
    elif found.baseline:
        named = " and ".join(found.baselines)
        of = f", {named}," if named else ""
        lines.append(f"The baseline{of} would have cost {dollars(found.baseline)}; saved {saved(found.saved)}.")
    if found.guesses:
        held = sum(guess.within_range for guess in found.guesses)
        lines.append(f"{held} of {len(found.guesses)} bills fell within the estimated range.")
    for count, words in (
        (found.cached, "served from the cache"),
        (found.unpriced, "at an unknown price, in no sum"),
        (found.estimated, "with usage estimated, as the provider did not say"),
        (found.unknown, "of a daemon that died, counted at the estimate"),
    ):
        if count:
            lines.append(f"{count:,} {words}.")
    if found.failovers.rows:
        lines.append(rescued(found.failovers.jobs))
    for line in lines:
        screen.console().print(line)


def _models(found: Stats) -> Iterator[tuple[str, ...]]:
    for model in found.models:
        counts = (model.attempts, model.accepted, model.rejected, model.failed)
        tokens = (model.usage.all_input, model.usage.all_output)
        yield model.model, *(f"{count:,}" for count in (*counts, *tokens)), spent_words(model.cost, model.unpriced)


def _trials(found: Stats) -> Iterator[tuple[str, ...]]:
    """Whether each model earns its place as the first to be asked: the arithmetic of ``stages/skip``."""
    for trial in found.trials:
        share, limit = f"{trial.accepted} of {trial.answers}", f"{trial.worth:.0%} of the next"
        yield trial.action, trial.language, trial.model, share, dollars(trial.cost), limit


def _failures(found: Failovers) -> Iterator[tuple[str, ...]]:
    """Who failed and why, and what became of those jobs."""
    for row in found.rows[:_SHOWN]:
        ends = (
            (row.retried, "retried"),
            (row.failed_over, "failed over"),
            (row.escalated, "escalated"),
            (row.lost, "unanswered"),
        )
        then = ", ".join(f"{count:,} {words}" for count, words in ends if count)
        yield (
            f"{row.deployment}: {row.status.replace('_', ' ')}",
            then,
            f"{row.attempts:,}",
            spent_words(row.cost, row.unpriced),
        )


def _moves(found: Failovers) -> Iterator[tuple[str, ...]]:
    """Where the work went instead."""
    for move in found.moves[:_SHOWN]:
        by = "escalation" if move.escalation else "failover"
        yield move.source, move.target, by, f"{move.times:,}", f"{move.answered:,}"
