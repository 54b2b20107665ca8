"""The program `routerd`: its commands, and how each way to end becomes an exit code and one sentence."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Collection, Sequence
from pathlib import Path

import typer

from routerd.domain.errors import ConfigError, RouterdError, UsageError
from routerd.frontends.cli import server
from routerd.frontends.cli.command_table import COMMANDS

FAILED, USAGE, CANCELLED = 1, 2, 130

MODULES = {
    "serve": "server",
    "run": "work",
    "estimate": "work",
    "review": "review",
    "commit": "commit",
    "route": "routing",
    "stats": "spending",
    "report": "spending",
    "prices": "prices",
    "audit": "audit",
    "doctor": "doctor",
    "demo": "demo",
    "manifest": "manifest",
    "completion": "shells",
    "mcp": "mcp",
    "http": "http",
    "token": "token",
    "batch": "batch",
    "daemon": "daemon_commands",
    "config": "configuration",
}
"""Every command in the order of the help, and the module of this folder that holds it.

The module has a function of the command's name, or a Typer called ``commands`` where there are commands below it.
"""


def program(named: Collection[str]) -> typer.Typer:
    """The command line, with the commands of these names; the others are no more than their line in the help."""
    commands = typer.Typer(
        name="routerd",
        help="Sends each editor action to the cheapest model that will do, and shows the price first.",
        no_args_is_help=False,
        invoke_without_command=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    commands.callback()(server.default)
    for name, module in MODULES.items():
        if name not in named and name in COMMANDS:
            commands.command(name, help=COMMANDS[name][0])(_not_named)
            continue
        found = importlib.import_module(f"routerd.frontends.cli.{module}")
        if hasattr(found, "commands"):
            commands.add_typer(found.commands, name=name)
        else:
            commands.command(name)(getattr(found, name))
    return commands


def _not_named() -> None:
    raise AssertionError("a command ran that the command line did not name")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit: 0 done, 1 failed, 2 usage or configuration, 3 refused, 130 cancelled."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    for name in ("stdout", "stderr"):
        # Whoever closed a stream wants no output; what is printed must still find a place to go.
        stream = getattr(sys, name) or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  # as long as the program
        # A Windows console in a legacy code page cannot print an arrow; that is no reason to fail.
        stream.reconfigure(errors="replace")
        setattr(sys, name, stream)
    sys.exit(_ended(given))


def _ended(arguments: list[str]) -> int:
    try:
        code = program(arguments)(arguments, standalone_mode=False)
    except (UsageError, ConfigError) as fault:
        return _say(str(fault), USAGE)
    except RouterdError as fault:
        return _say(str(fault), FAILED)
    except typer.TyperException as fault:
        return _say(f"{fault.format_message().rstrip('.')}; see 'routerd --help'.", USAGE)
    except (typer.Abort, KeyboardInterrupt):
        return _say("Cancelled.", CANCELLED)
    except BrokenPipeError:
        return FAILED
    except OSError as fault:
        return _say(f"{fault.strerror or fault}: {fault.filename or 'an operation failed'}.", FAILED)
    except Exception as fault:  # a fault of routerd's own: a person is shown where, not a traceback
        frame = traceback.extract_tb(fault.__traceback__)[-1]
        position = f"{Path(frame.filename).name}, line {frame.lineno}"
        return _say(
            f"This is a fault of routerd's own ({type(fault).__name__} at {position}): please report it.", FAILED
        )
    return code if isinstance(code, int) else 0


def _say(sentence: str, code: int) -> int:
    print(f"routerd: {sentence}", file=sys.stderr)  # noqa: T201  # the one sentence on stderr
    return code
