"""Puts the ledger's sums, the charts' code and the charting library into one HTML page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from importlib import resources
from string import Template

from routerd.domain.money import spent_words
from routerd.domain.stats import KeyTotals, Stats
from routerd.frontends.shapes import Json, counted, money
from routerd.frontends.stats_shape import percent, rescued, saved, stats_json

_FOLDER = resources.files(__package__)


_MOST_SESSIONS, _MOST_NAMES = 20, 100
"""Rows of a table: who looks at all of a large team's has `routerd stats --by`."""


@dataclass(frozen=True, slots=True)
class Spenders:
    """What was spent by whom, and for what, the most expensive first."""

    sessions: Sequence[KeyTotals] = ()
    clients: Sequence[KeyTotals] = ()
    projects: Sequence[KeyTotals] = ()
    people: Sequence[KeyTotals] = ()


def page(stats: Stats, made: datetime, days: int | None, spenders: Spenders = Spenders()) -> str:
    """The page as HTML; ``days`` is the time it covers, ``None`` for all of it."""
    return Template(_text("page.html")).substitute(
        style=_text("style.css"),
        d3=_text("vendor/d3.min.js"),
        plot=_text("vendor/plot.umd.min.js"),
        charts=_text("charts.js"),
        data=_embedded(_data(stats)),
        period=escape(f"the last {days} days" if days else "all time"),
        made=escape(f"{made:%Y-%m-%d %H:%M}"),
        figures="".join(_figure(name, value, words) for name, value, words in _figures(stats)),
        rescued=escape(rescued(stats.failovers.jobs) if stats.attempts else ""),
        team=_team(spenders),
        agents=_agents(stats, spenders),
        notes="".join(f"<li>{escape(note)}</li>" for note in _notes(stats)),
    )


def _text(name: str) -> str:
    return _FOLDER.joinpath(name).read_text("utf-8")


def _data(stats: Stats) -> Json:
    guesses = [
        {
            "action": guess.action,
            "model": guess.model,
            "low": money(guess.low),
            "likely": money(guess.likely),
            "high": money(guess.high),
            "cost": money(guess.cost),
        }
        for guess in stats.guesses
    ]
    return {**stats_json(stats), "guesses": guesses}


def _team(spenders: Spenders) -> str:
    """Tables by project and by person; nothing where no row of the ledger names any."""
    found = [
        (name, [one for one in rows if one.key])
        for name, rows in (("project", spenders.projects), ("person", spenders.people))
    ]
    if not any(rows for _, rows in found):
        return ""
    tables = "".join(_by(name, rows[:_MOST_NAMES]) + _more(rows, name) for name, rows in found if rows)
    return f'<section id="team"><h2>Projects and people</h2>{tables}</section>'


def _more(rows: Sequence[KeyTotals], name: str) -> str:
    more = len(rows) - _MOST_NAMES
    return f"<p>{more:,} more: routerd stats --by {name}.</p>" if more > 0 else ""


def _agents(stats: Stats, agents: Spenders) -> str:
    """Tables by client and by session; nothing where no program used the gateway."""
    sessions = [one for one in agents.sessions if one.key][:_MOST_SESSIONS]
    clients = [one for one in agents.clients if one.key]
    if not clients and not sessions:
        return ""
    baseline = " and ".join(stats.baselines) or "one premium model"
    words = (
        "Dollars of each client and session, what share of its input a provider's cache served, and what share was "
        f"tools and system text. Saved: against {baseline}, net of failed attempts; what a change of the model lost of "
        "the prompt cache is in it, as part of the new model's bill."
    )
    tables = "".join(_by(name, rows) for name, rows in (("client", clients), ("session", sessions)) if rows)
    return f'<section id="agents"><h2>Agents and other programs</h2><p>{escape(words)}</p>{tables}</section>'


def _by(name: str, rows: Sequence[KeyTotals]) -> str:
    heads = "".join(f"<th>{one}</th>" for one in (name, "requests", "spent", "cached", "tools, system", "saved"))
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(map(_row, rows))}</tbody></table>"


def _row(one: KeyTotals) -> str:
    shares = (percent(one.cached), percent(one.instructed))
    cells = (str(one.key), f"{one.requests:,}", spent_words(one.spent, one.unpriced), *shares, saved(one.saved))
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


def _embedded(data: Json) -> str:
    # "</script>" inside a string would end the script element.
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")


def _figures(stats: Stats) -> list[tuple[str, str, str]]:
    share = "no paid answers yet" if stats.baseline is not None else "no answer has a known baseline"
    if stats.baseline and stats.saved is not None:
        share = f"{stats.saved / stats.baseline:.0%} of the baseline"
    held = sum(guess.within_range for guess in stats.guesses)
    accuracy = f"{held / len(stats.guesses):.0%}" if stats.guesses else "–"
    return [
        (
            "Spent",
            spent_words(stats.spent, stats.unpriced),
            f"{counted(stats.actions, 'action')}, {counted(stats.attempts, 'attempt')}",
        ),
        ("Saved", saved(stats.saved), share),
        (
            "Baseline",
            saved(stats.baseline),
            f"{' and '.join(stats.baselines) or 'one premium model'} for the same answers",
        ),
        ("Bills within the range", accuracy, f"{held} of {len(stats.guesses)}"),
    ]


def _figure(name: str, value: str, words: str) -> str:
    return f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd><dd>{escape(words)}</dd></div>"


def _notes(stats: Stats) -> list[str]:
    notes = [
        ("Served from the cache, at no cost", stats.cached),
        ("At an unknown price, in no sum", stats.unpriced),
        ("Without usage from the provider, counted here", stats.estimated),
        ("Of daemons that died, counted at their estimate", stats.unknown),
    ]
    return [f"{words}: {count:,}" for words, count in notes if count]
