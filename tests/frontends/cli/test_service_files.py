"""What `routerd daemon install` writes is read back by the rules of systemd and launchd."""

from __future__ import annotations

import configparser
import plistlib
import sys
from pathlib import Path

import pytest

from routerd.domain.errors import UsageError
from routerd.frontends.cli import service_files

COMMAND = [sys.executable, "-P", "-m", "routerd", "daemon", "run", "--idle", "0"]


def test_a_unit_of_systemd_starts_the_daemon_that_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_files, "MANAGER", "systemd")
    for environ, folder in (({}, tmp_path / ".config"), ({"XDG_CONFIG_HOME": str(tmp_path / "c")}, tmp_path / "c")):
        written = service_files.write_service(tmp_path, environ)
        assert written.path == folder / "systemd/user/routerd.service"
        read = configparser.RawConfigParser()
        read.read_string(written.path.read_text("utf-8"))
        assert read["Service"]["ExecStart"].split() == COMMAND
        assert read["Install"]["WantedBy"] == "default.target"
        assert written.command == "systemctl --user enable --now routerd.service"


def test_a_path_with_what_systemd_would_expand_is_quoted() -> None:
    assert 'ExecStart="/a b/$$p%%h" -m' in service_files.unit(["/a b/$p%h", "-m"])


def test_an_agent_of_launchd_starts_the_daemon_that_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_files, "MANAGER", "launchd")
    written = service_files.write_service(tmp_path, {})
    read = plistlib.loads(written.path.read_bytes())
    assert (read["Label"], read["ProgramArguments"], read["RunAtLoad"]) == ("routerd", COMMAND, True)


def test_another_system_is_told_what_to_start_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_files, "MANAGER", None)
    with pytest.raises(UsageError, match="routerd daemon run"):
        service_files.write_service(tmp_path, {})
