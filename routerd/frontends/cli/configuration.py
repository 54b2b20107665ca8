"""`routerd config`: write a first file, show what is in force and why, check a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from routerd.app import configuration
from routerd.app.configuration import Setup
from routerd.app.own_tests import keep_answer
from routerd.domain.errors import UsageError
from routerd.frontends.cli import screen
from routerd.frontends.cli.opening import Config, opened

commands = typer.Typer(help="Write, show or check the configuration.", rich_markup_mode=None)


@commands.command()
def init(config: Config = None) -> int:
    """Write a first configuration file; one that exists is left alone."""
    setup = Setup.found(config, Path.cwd())
    path = setup.write_first(os.environ)
    screen.note(f"Wrote {path}: every setting is in it with its meaning, commented out; its schema lies beside it.")
    return 0


@commands.command()
def show(
    where: Annotated[bool, typer.Option("--where", help="say which file set each value")] = False,
    config: Config = None,
) -> int:
    """Print the merged configuration. Keys are never shown, only where they come from."""
    for row in Setup.found(config, Path.cwd()).rows():
        # Whole lines, however narrow the screen: what is printed is TOML, to be searched and copied.
        screen.console().print(f"{row.key} = {row.value}{f'  # {row.where}' if where else ''}", markup=False)
    return 0


@commands.command()
def check(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="the user's own file if none is named")] = None,
) -> int:
    """Say everything that is wrong with a configuration."""
    setup = Setup.found(file, Path.cwd())
    problems = setup.check()
    for problem in problems:
        screen.note(f"routerd: {problem}")
    if not problems:
        screen.note("The configuration is in order.")
    return 2 if problems else 0


@commands.command("tests")
def run_tests(
    state: Annotated[str, typer.Argument(metavar="on|off", help="whether new tests of the project are run")],
    folder: Annotated[Path | None, typer.Argument(metavar="FOLDER", help="any folder of the project")] = None,
    config: Config = None,
) -> int:
    """Let new tests of a project be run in a copy of it.

    That is done before they are shown. With `off` it is done no longer.
    """
    if state not in ("on", "off"):
        raise UsageError(f"Write 'routerd config tests on' or 'routerd config tests off', not '{state}'.")
    place = folder or Path.cwd()
    if not place.is_dir():
        raise UsageError(f"{place} is no folder.")
    with opened(config) as app:
        root = keep_answer(app.workspace.project((place.absolute() / "any").as_uri()).root, state == "on")
    run = "New tests are run in a copy of" if state == "on" else "New tests are not run in"
    screen.note(f"{run} {root}.")
    return 0


@commands.command()
def schema(
    write: Annotated[bool, typer.Option("--write", help="write it beside the configuration")] = False,
    config: Config = None,
) -> int:
    """Print the JSON schema of a configuration file."""
    if write:
        screen.note(f"Wrote {Setup.found(config, None).write_schema()}.")
    else:
        screen.print_json(dict(configuration.schema()))
    return 0
