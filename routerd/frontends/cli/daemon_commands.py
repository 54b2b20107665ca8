"""`routerd daemon`: the one process that serves every editor of a user: run, look at, stop and install it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from routerd.domain.errors import RouterdError, UsageError
from routerd.frontends.cli import screen
from routerd.frontends.cli.options import AsJson
from routerd.frontends.cli.server import LEVELS, LogFile, LogLevel
from routerd.frontends.daemon.start import IDLE_S
from routerd.frontends.daemon.start import run as run_daemon
from routerd.relay.asking import Told, ask_daemon
from routerd.relay.attach import DEADLINE_S, start_daemon
from routerd.relay.place import find_place

commands = typer.Typer(help="The one process behind all editors: status, stop, log.", rich_markup_mode=None)

_LOOK_S = 0.05
_LAST_LINES, _LAST_BYTES = 200, 1_000_000
_NONE_RUNS = "No daemon runs; the next editor starts one."

Idle = Annotated[
    float, typer.Option(metavar="SECONDS", min=0, help="leave so long after the last session and job; 0 for never")
]


@commands.command()
def run(idle: Idle = IDLE_S, log_file: LogFile = None, log_level: LogLevel = "warning") -> int:
    """Run the daemon in the foreground; an editor starts one by itself."""
    if log_level not in LEVELS:
        raise UsageError(f"There is no log level '{log_level}'; there are {', '.join(LEVELS)}.")
    return run_daemon(idle, log_file, log_level)


@commands.command()
def status(as_json: AsJson = False) -> int:
    """Say whether a daemon runs, and whom it serves. Exit code 1 if none runs."""
    told = _asked("status")
    if as_json:
        screen.print_json({"running": told is not None, **(told or {})})
    else:
        screen.console().print(_NONE_RUNS if told is None else _described(told), markup=False)
    return 1 if told is None else 0


@commands.command()
def stop(as_json: AsJson = False) -> int:
    """End the daemon once its jobs have ended; editors that it serves have to start routerd again."""
    told = _stopped()
    if as_json:
        screen.print_json({"stopped": told is not None, "pid": told["pid"] if told else None})
    else:
        screen.note(_NONE_RUNS if told is None else f"The daemon (process {told['pid']}) has ended.")
    return 0


@commands.command()
def restart(as_json: AsJson = False) -> int:
    """End the daemon once its jobs have ended, and start another one."""
    _stopped()
    start_daemon(find_place(os.environ), os.environ)
    told = _waited_for(lambda: _asked("status"), DEADLINE_S)
    if told is None:
        raise RouterdError("The new daemon does not answer; `routerd daemon log` may say why.")
    if as_json:
        screen.print_json(told)
    else:
        screen.note(f"A new daemon runs: process {told['pid']}.")
    return 0


@commands.command()
def log(as_json: AsJson = False) -> int:
    """Print the end of the log of the daemons that editors have started."""
    path = Path(find_place(os.environ).log)
    lines = _end_of(path).decode("utf-8", "replace").splitlines()[-_LAST_LINES:] if path.exists() else []
    if as_json:
        screen.print_json({"file": str(path), "lines": lines})
        return 0
    if not lines:
        screen.note(f"Nothing was logged in {path}.")
    for line in lines:
        screen.console().print(line, markup=False)
    return 0


@commands.command()
def install(as_json: AsJson = False) -> int:
    """Let the system start the daemon when you log in: a user unit of systemd, or an agent of launchd."""
    from routerd.frontends.cli.service_files import write_service  # noqa: PLC0415  # no other command needs it

    written = write_service(Path.home(), os.environ)
    if as_json:
        screen.print_json({"file": str(written.path), "next": written.command})
    else:
        screen.note(f"Wrote {written.path}. It counts from: {written.command}")
    return 0


def _asked(command: str) -> Told | None:
    try:
        return ask_daemon({"command": command})
    except OSError as fault:
        raise RouterdError(f"The daemon cannot be asked: {fault}.") from None


def _stopped() -> Told | None:
    """What the daemon said of itself before it ended; ``None`` where none ran. Ctrl-C stops the waiting alone."""
    told = _asked("stop")
    if told is None:
        return None
    jobs = told["jobs"]
    if jobs:
        screen.note(f"Waiting for what is under way: {jobs} action(s).")
    while _runs(told):
        time.sleep(_LOOK_S)
    return told


def _runs(told: Told) -> bool:
    from routerd.system.processes import running  # noqa: PLC0415  # only here

    pid = told["pid"]
    return isinstance(pid, int) and running(pid)


def _waited_for(look: Callable[[], Told | None], seconds: float) -> Told | None:
    end = time.monotonic() + seconds
    while (found := look()) is None and time.monotonic() < end:
        time.sleep(_LOOK_S)
    return found


def _described(told: Told) -> str:
    started = told["started"]
    since = datetime.fromtimestamp(started).astimezone() if isinstance(started, float) else None
    leaving = " It leaves when its actions have ended." if told["leaving"] else ""
    return (
        f"The daemon of routerd {told['version']} runs as process {told['pid']}"
        f"{f' since {since:%Y-%m-%d %H:%M}' if since else ''}: "
        f"{told['sessions']} session(s), {told['jobs']} action(s) under way.{leaving}"
    )


def _end_of(path: Path) -> bytes:
    """The last bytes of a file that may be of any size, from the beginning of a line."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _LAST_BYTES))
        found = file.read(_LAST_BYTES)
    return found if size <= _LAST_BYTES else found.partition(b"\n")[2]
