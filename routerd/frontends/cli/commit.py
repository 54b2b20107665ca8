"""`routerd commit`: a message for what is staged; printed, or committed with once the user agrees."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from routerd.app.file_editor import FileEditor, replace_file
from routerd.app.staged_request import staged_request
from routerd.domain.errors import RouterdError, UsageError
from routerd.domain.outcome import Status
from routerd.domain.text import Text
from routerd.domain.tier import Tier
from routerd.frontends.cli import screen
from routerd.frontends.cli.opening import Config, opened
from routerd.frontends.cli.options import Fresh, InTier, MaxCost, Yes
from routerd.frontends.cli.work import EXIT, amount, run_to_end
from routerd.system.regular_files import read_regular

_ACTION = "commit"
_MOST_BYTES = 10_000_000
"""Of what git offers to edit: with `commit --verbose` the diff is in it."""


def commit(  # noqa: PLR0913, PLR0917  # each parameter is an option of the command line
    print_only: Annotated[bool, typer.Option("--print", help="print the message and commit nothing")] = False,
    hook: Annotated[
        list[str] | None, typer.Argument(metavar="[FILE [SOURCE]]", help="what git gives a prepare-commit-msg hook")
    ] = None,
    instruction: Annotated[str, typer.Option(help="what the message should say, in your own words")] = "",
    tier: InTier = None,
    yes: Yes = False,
    fresh: Fresh = False,
    max_cost: MaxCost = None,
    config: Config = None,
) -> int:
    """Write a message for what is staged, then commit.

    For a hook of git, put it into the file of the message instead.
    """
    if hook:
        return _hooked(hook, instruction, tier, config)
    person = sys.stdin.isatty()
    if not print_only and not person:
        raise UsageError("Nobody can be asked here before a commit: use --print, and 'git commit -F -' for its output.")
    with opened(config) as app:
        request = staged_request(app, _ACTION, Path.cwd().as_uri(), instruction)
        request = replace(request, tier=Tier.named(tier) if tier is not None else None, fresh=fresh)
        if max_cost is not None:
            app.limit_actions(amount(max_cost), "--max-cost")
        editor = FileEditor(app, request.document.uri, write=False, ask=person, agreed=yes)
        outcome = asyncio.run(run_to_end(app, request, editor))
        message = outcome.change.document if outcome.change else None
        if message:
            screen.console().print(message.rstrip("\n"), markup=False)
        screen.receipt(outcome)
        if print_only or outcome.status is not Status.APPLIED or not message:
            return EXIT[outcome.status]
        # --yes agrees to the price; to commit is another question.
        if not asyncio.run(FileEditor(app, "", write=False, ask=True).confirm("Commit with this message?")):
            screen.note("Nothing was committed.")
            return EXIT[Status.CANCELLED]
    # The user's own git, with their hooks and signature; it says what is wrong by itself.
    command = ["git", "commit", "--cleanup=verbatim", "-F", "-"]
    return min(1, subprocess.run(command, input=message.encode(), check=False).returncode)


def _hooked(words: list[str], instruction: str, tier: InTier, config: Config) -> int:
    """Put a message in front of what git offers; where there is none, the commit goes on without it.

    A message that the user or a merge brings is theirs: nothing is asked then, and nothing is sent.
    """
    file, source = Path(words[0]), words[1] if len(words) > 1 else os.environ.get("PRE_COMMIT_COMMIT_MSG_SOURCE", "")
    if source not in ("", "template"):
        return EXIT[Status.APPLIED]
    try:
        with opened(config) as app:
            request = staged_request(app, _ACTION, Path.cwd().as_uri(), instruction)
            request = replace(request, tier=Tier.named(tier) if tier is not None else None)
            editor = FileEditor(app, request.document.uri, write=False, ask=False)
            outcome = asyncio.run(run_to_end(app, request, editor))
            message = outcome.change.document if outcome.change else None
            screen.receipt(outcome)
            if outcome.status is Status.APPLIED and message:
                offered = read_regular(file, _MOST_BYTES).decode("utf-8", "surrogateescape")
                replace_file(file.absolute(), Text(f"{message.rstrip(chr(10))}\n{offered}"))
    except (RouterdError, OSError) as fault:
        screen.note(f"routerd wrote no message: {fault}")
    return EXIT[Status.APPLIED]
