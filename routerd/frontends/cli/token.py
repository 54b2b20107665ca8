"""`routerd token`: tokens of the gateway for persons and projects, made, listed and revoked in the ledger."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Annotated

import typer

from routerd.app.gateway_tokens import KNOWN_S, added, token_store
from routerd.domain.errors import UsageError
from routerd.domain.gateway_token import Holder, StoredToken
from routerd.frontends.cli import screen
from routerd.frontends.cli.opening import Config, opened
from routerd.frontends.cli.options import AsJson
from routerd.frontends.shapes import Json

commands = typer.Typer(
    help="Tokens of the gateway for persons and projects.", no_args_is_help=True, rich_markup_mode=None
)

Person = Annotated[
    str | None, typer.Option("--person", "--user", metavar="NAME", help="whose budget its requests count against")
]
Project = Annotated[str | None, typer.Option("--project", metavar="NAME", help="the project that they belong to")]
Team = Annotated[str | None, typer.Option("--team", metavar="NAME", help="the team that they belong to")]
Label = Annotated[str | None, typer.Option("--label", metavar="TEXT", help="what the list and stats call it")]
Number = Annotated[str, typer.Argument(metavar="NUMBER", help="as the list has it")]


@commands.callback()
def _group() -> None:
    """Commands on tokens."""


@commands.command()
def add(
    person: Person = None,
    project: Project = None,
    team: Team = None,
    label: Label = None,
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    """Make a token and print it, once: only its hash is stored."""
    with opened(config) as app:
        row, token = added(token_store(app), Holder(label or "", person, project, team), time.time())
    if as_json:
        screen.print_json({**_json(row), "token": token})
        return 0
    typer.echo(token)
    screen.note(f"routerd: this is token {row.number}; it is not shown again.")
    return 0


@commands.command("list")
def list_(as_json: AsJson = False, config: Config = None) -> int:
    """List the tokens, without what could be used to ask."""
    with opened(config) as app:
        rows = token_store(app).all()
    if as_json:
        screen.print_json({"tokens": [_json(row) for row in rows]})
        return 0
    screen.table(
        ("number", "label", "person", "project", "team", "made", "revoked"),
        (),
        [
            (row.number, *(one or "" for one in _names(row)), _day(row.made), _day(row.revoked) if row.revoked else "")
            for row in rows
        ],
    )
    return 0


@commands.command()
def revoke(number: Number, as_json: AsJson = False, config: Config = None) -> int:
    """Revoke a token: every gateway refuses it within a second."""
    with opened(config) as app:
        done = token_store(app).revoke(number, time.time())
    if not done:
        raise UsageError(f"There is no token {number} that is not revoked; 'routerd token list' shows them.")
    if as_json:
        screen.print_json({"number": number, "revoked": True, "within_seconds": KNOWN_S})
    else:
        screen.note(f"Token {number} is revoked; gateways that run refuse it within {KNOWN_S:g} second.")
    return 0


def _names(row: StoredToken) -> tuple[str | None, ...]:
    holder = row.holder
    return holder.label, holder.person, holder.project, holder.team


def _json(row: StoredToken) -> Json:
    label, person, project, team = _names(row)
    named = {"label": label, "person": person, "project": project, "team": team}
    return {"number": row.number, **named, "made": row.made, "revoked": row.revoked}


def _day(at: float) -> str:
    return f"{datetime.fromtimestamp(at).astimezone():%Y-%m-%d %H:%M}"
