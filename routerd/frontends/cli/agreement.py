"""Asks at the terminal whether something that costs money may be sent; a script agrees beforehand with `--yes`."""

from __future__ import annotations

import asyncio
import sys

from routerd.app.file_editor import typed
from routerd.frontends.cli import screen
from routerd.frontends.cli.batch_end import ManyOptions


def agreed_to(question: str, options: ManyOptions) -> bool:
    """Whether the user agrees; what prevents it is said."""
    if options.yes:
        return True
    if not sys.stdin.isatty() or options.as_json:
        screen.note(f"Nothing was sent. {question} Add --yes to agree beforehand.")
        return False
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)  # noqa: T201  # a question to a person
    if asyncio.run(typed()).strip().lower() in ("y", "yes"):
        return True
    screen.note("Nothing was sent.")
    return False
