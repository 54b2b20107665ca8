"""`routerd completion`: as the program's help shows it; what it prints comes from `completion.py`, without typer."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from routerd.domain.errors import UsageError
from routerd.frontends.cli.completion import SHELLS, script


def completion(shell: Annotated[str, typer.Argument(metavar="SHELL", help="bash, zsh or fish")]) -> int:
    """Print the completion script of a shell."""
    if shell not in SHELLS:
        raise UsageError(f"There is no completion for '{shell}'; there is one for {', '.join(SHELLS)}.")
    sys.stdout.write(script(shell))
    return 0
