"""`routerd commit`: a message for what is staged; printed, or committed with once the user agrees."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from routerd.app.file_editor import FileEditor
from routerd.app.staged_request import staged_request
from routerd.domain.errors import UsageError
from routerd.domain.outcome import Status
from routerd.domain.tier import Tier
from routerd.frontends.cli import screen
from routerd.frontends.cli.opening import Config, opened
from routerd.frontends.cli.options import InTier
from routerd.frontends.cli.work import EXIT, run_to_end

_ACTION = "commit"


def commit(
    print_only: Annotated[bool, typer.Option("--print", help="print the message and commit nothing")] = False,
    instruction: Annotated[str, typer.Option(help="what the message should say, in your own words")] = "",
    tier: InTier = None,
    config: Config = None,
) -> int:
    """Write a message for what is staged, then commit."""
    person = sys.stdin.isatty()
    if not print_only and not person:
        raise UsageError("Nobody can be asked here before a commit: use --print, and 'git commit -F -' for its output.")
    with opened(config) as app:
        request = staged_request(app, _ACTION, Path.cwd().as_uri(), instruction)
        request = replace(request, tier=Tier.named(tier) if tier is not None else None)
        editor = FileEditor(app, request.document.uri, write=False, ask=person)
        outcome = asyncio.run(run_to_end(app, request, editor))
        message = outcome.change.document if outcome.change else None
        if message:
            screen.console().print(message.rstrip("\n"), markup=False)
        screen.receipt(outcome)
        if print_only or outcome.status is not Status.APPLIED or not message:
            return EXIT[outcome.status]
        if not asyncio.run(editor.confirm("Commit with this message?")):
            screen.note("Nothing was committed.")
            return EXIT[Status.CANCELLED]
    # The user's own git, with their hooks and signature; it says what is wrong by itself.
    command = ["git", "commit", "--cleanup=verbatim", "-F", "-"]
    return min(1, subprocess.run(command, input=message.encode(), check=False).returncode)
