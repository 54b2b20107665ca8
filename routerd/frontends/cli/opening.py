"""Opening the app for one command, with its configuration problems printed once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from routerd.frontends.cli import screen

if TYPE_CHECKING:
    from routerd.app.workspace import App

Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="use this file instead of the user's configuration"),
]


@contextmanager
def opened(config: Path | None) -> Iterator[App]:
    """The app in the current folder. Raises ConfigError where a configuration cannot be used."""
    from routerd.app.workspace import App  # noqa: PLC0415  # a quarter of a second, which not every command needs

    app = App.open(config_file=config, root=Path.cwd())
    try:
        for problem in app.problems:
            screen.note(f"routerd: {problem}")
        yield app
    finally:
        if unwritten := app.close():
            screen.note(f"routerd: {unwritten}")
