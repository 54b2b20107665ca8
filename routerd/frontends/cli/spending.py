"""`routerd stats` and `report`: what was spent, what was saved, and how well it was foreseen."""

from __future__ import annotations

import webbrowser
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from routerd.app import now
from routerd.domain.money import dollars
from routerd.domain.stats import Stats
from routerd.frontends.cli import screen
from routerd.frontends.cli.opening import Config, opened
from routerd.frontends.report import page
from routerd.frontends.shapes import stats_json


def stats(
    since: Annotated[int | None, typer.Option(metavar="DAYS", min=1, help="only the last days")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
    config: Config = None,
) -> int:
    """Spend, savings and the accuracy of estimates."""
    with opened(config) as app:
        found = app.stats(now() - timedelta(days=since) if since else None)
    if as_json:
        screen.print_json(stats_json(found))
    else:
        _table(found)
    return 0


def report(
    since: Annotated[int | None, typer.Option(metavar="DAYS", min=1, help="only the last days")] = None,
    out: Annotated[Path, typer.Option(metavar="FILE.html", help="where to write it")] = Path("routerd-report.html"),
    show: Annotated[bool, typer.Option("--open", help="open it in the browser")] = False,
    config: Config = None,
) -> int:
    """Write the same as an HTML page with charts, which needs no network to read."""
    with opened(config) as app:
        found = app.stats(now() - timedelta(days=since) if since else None)
    out.write_text(page(found, now(), since), "utf-8", newline="\n")
    screen.note(f"Wrote {out}.")
    if show:
        webbrowser.open(out.absolute().as_uri())
    return 0


def _table(found: Stats) -> None:
    if not found.attempts:
        screen.console().print("Nothing has been asked yet. Try: routerd demo")
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("model")
    for name in ("asked", "accepted", "rejected", "failed", "input", "output", "spent"):
        table.add_column(name, justify="right")
    for model in found.models:
        table.add_row(
            model.model,
            *(f"{count:,}" for count in (model.attempts, model.accepted, model.rejected, model.failed)),
            f"{model.usage.all_input:,}",
            f"{model.usage.all_output:,}",
            dollars(model.cost),
        )
    screen.console().print(table)
    _trials(found)
    lines = [f"{found.actions:,} actions, {found.attempts:,} attempts. Spent {dollars(found.spent)}."]
    if found.baseline:
        lines.append(f"The baseline would have cost {dollars(found.baseline)}; saved {dollars(found.saved)}.")
    if found.guesses:
        held = sum(guess.held for guess in found.guesses)
        lines.append(f"{held} of {len(found.guesses)} bills fell within the estimated range.")
    for count, words in (
        (found.cached, "served from the cache"),
        (found.unpriced, "at an unknown price, in no sum"),
        (found.estimated, "with usage estimated, as the provider did not say"),
        (found.unknown, "of a daemon that died, counted at the estimate"),
    ):
        if count:
            lines.append(f"{count:,} {words}.")
    for line in lines:
        screen.console().print(line)


def _trials(found: Stats) -> None:
    """Whether each model earns its place as the first to be asked: the arithmetic of ``stages/skip``."""
    table = Table(box=None, pad_edge=False)
    for name in ("action", "language", "model", "accepted", "answer", "asked first while below"):
        table.add_column(name, justify="left" if name in ("action", "language", "model") else "right")
    for trial in found.trials:
        share, limit = f"{trial.accepted} of {trial.tried}", f"{trial.worth:.0%} of the next"
        table.add_row(trial.action, trial.language, trial.model, share, dollars(trial.cost), limit)
    if found.trials:
        screen.console().print(table)
