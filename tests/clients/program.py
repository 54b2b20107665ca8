"""The gateway as its own program, started as a user starts it, in a home of its own."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.home import FOLDERS

KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR")
"""What a program of a test gets of the environment: nothing that could hold a key or name another home."""


class GatewayProgram:
    """`with GatewayProgram(environment, configuration) as gateway`: `serve --http` beside LSP, as in an editor."""

    def __init__(self, env: Mapping[str, str], configured: str) -> None:
        self.env = dict(env)
        folder = Path(env["HOME"])
        self._file = folder / "routerd.toml"
        self._file.write_text(configured, encoding="utf-8")
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "routerd", "serve", "--http", "127.0.0.1:0", "--config", str(self._file)]
        with (self._folder / "gateway.log").open("w") as log:
            self._process = subprocess.Popen(
                command,
                env=self.env,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            assert self._process.stderr is not None
            for line in self._process.stderr:
                log.write(line)
                if found := re.search(r"listens on (http://\S+) ", line):
                    self.url = found[1]
                if "http env" in line:
                    break
        assert self.url, f"it ended: {(self._folder / 'gateway.log').read_text()}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.communicate(timeout=20)

    def kill(self) -> None:
        """End it at once, in the midst of whatever it does."""
        assert self._process is not None
        self._process.kill()

    @property
    def pid(self) -> int:
        """Of the process that serves."""
        assert self._process is not None
        return self._process.pid

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def setup(self, client: str, port: int | None = None) -> dict[str, str]:
        """Write the files that `routerd http env` prints for a client; the variables that it prints.

        ``port``: of a relay before the gateway, which is put in the place of the gateway's own.
        """
        command = [sys.executable, "-m", "routerd", "http", "env", client, "--json", "--config", str(self._file)]
        told = subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=60, check=True)
        assert json.loads(told.stdout)["base_url"].startswith(self.url)
        printed = json.loads(told.stdout.replace(self.url, f"http://127.0.0.1:{port or self.port}"))
        for path, text in printed["files"].items():
            file = Path(self.env["HOME"]) / path.removeprefix("~/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return dict(printed["env"])

    def rows(self) -> list[dict[str, Any]]:
        """The ledger's attempts."""
        path = next(self._folder.rglob("ledger.db"))
        with contextlib.closing(sqlite3.connect(path)) as ledger:
            ledger.row_factory = sqlite3.Row
            return [dict(row) for row in ledger.execute("SELECT * FROM attempts ORDER BY rowid")]


def environment(folder: Path, inherited: Mapping[str, str]) -> dict[str, str]:
    """Of a user whose home is a folder, and who reaches nothing but loopback."""
    away = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")
    here = dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost")
    homes = {name: str(folder) for name in FOLDERS if not name.startswith("XDG")}
    kept = {name: inherited[name] for name in KEPT if name in inherited}
    return {**kept, **homes, **away, **here, "GATEWAY_KEY": "sk-of-the-provider"}
