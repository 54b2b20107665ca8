"""The files with which systemd and launchd start the daemon when a user logs in."""

from __future__ import annotations

import plistlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from routerd.domain.errors import UsageError
from routerd.system.service_manager import MANAGER

_LABEL = "routerd"
_WORDS = ("-P", "-m", "routerd", "daemon", "run", "--idle", "0")


@dataclass(frozen=True, slots=True)
class ServiceFile:
    """What was written, and the command that makes it count."""

    path: Path
    command: str


def write_service(home: Path, environ: Mapping[str, str]) -> ServiceFile:
    """Write the file for this system, over one of an earlier time. Raises UsageError where neither is used."""
    if MANAGER is None:
        raise UsageError("This system has neither systemd nor launchd: start `routerd daemon run` as it starts others.")
    if MANAGER == "systemd":
        named = environ.get("XDG_CONFIG_HOME", "")
        folder = Path(named) if named.startswith("/") else home / ".config"
        service = ServiceFile(
            folder / "systemd/user" / f"{_LABEL}.service", f"systemctl --user enable --now {_LABEL}.service"
        )
        text = unit([sys.executable, *_WORDS]).encode()
    else:
        path = home / "Library/LaunchAgents" / f"{_LABEL}.plist"
        service = ServiceFile(path, f"launchctl load -w '{path}'")
        text = agent([sys.executable, *_WORDS])
    service.path.parent.mkdir(parents=True, exist_ok=True)
    service.path.write_bytes(text)
    return service


def unit(command: list[str]) -> str:
    """A user unit of systemd; it runs with the variables of the user's manager."""
    return f"""\
[Unit]
Description=routerd: sends editor actions to the cheapest model that will do

[Service]
ExecStart={" ".join(map(_quoted, command))}
Restart=on-failure
TimeoutStopSec=5

[Install]
WantedBy=default.target
"""


def agent(command: list[str]) -> bytes:
    """An agent of launchd, as a property list."""
    return plistlib.dumps(
        {
            "Label": _LABEL,
            "ProgramArguments": command,
            "RunAtLoad": True,
            "KeepAlive": {"SuccessfulExit": False},
            "ProcessType": "Interactive",
        }
    )


def _quoted(word: str) -> str:
    """A word as systemd reads it: its specifiers begin with %, its variables with $."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if escaped != word or " " in word else word
