"""The program `routerd`: its commands, and how each way to end becomes an exit code and one sentence."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import typer

from routerd import __version__
from routerd.domain.errors import ConfigError, RouterdError, UsageError
from routerd.frontends.cli import audit, configuration, demo, doctor, manifest, prices, routing, server, spending, work

FAILED, USAGE, CANCELLED = 1, 2, 130

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
commands.command("serve")(server.serve)
commands.command("run")(work.run)
commands.command("estimate")(work.estimate)
commands.command("route")(routing.route)
commands.command("stats")(spending.stats)
commands.command("report")(spending.report)
commands.command("prices")(prices.prices)
commands.command("audit")(audit.audit)
commands.command("doctor")(doctor.doctor)
commands.command("demo")(demo.demo)
commands.command("manifest")(manifest.manifest)
commands.add_typer(configuration.commands, name="config")


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
    if arguments in (["--version"], ["-V"]):
        print(f"routerd {__version__}")  # noqa: T201  # the command's output
        return 0
    # Editors append --stdio wherever they like; it is the default everywhere.
    arguments = [argument for argument in arguments if argument != "--stdio"]
    try:
        code = commands(arguments, standalone_mode=False)
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
    except Exception as fault:  # a fault of routerd's own: a person is told where, not shown a traceback
        frame = traceback.extract_tb(fault.__traceback__)[-1]
        place = f"{Path(frame.filename).name}, line {frame.lineno}"
        return _say(f"This is a fault of routerd's own ({type(fault).__name__} at {place}): please report it.", FAILED)
    return code if isinstance(code, int) else 0


def _say(sentence: str, code: int) -> int:
    print(f"routerd: {sentence}", file=sys.stderr)  # noqa: T201  # the one sentence on stderr
    return code
