"""How each command-line client is run without a screen, and what it calls its tool that reads a file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.clients.install import cache_folder, program, why_not
from tests.clients.program import GatewayProgram
from tests.loopback.turns import ToolCall
from tests.posix import interrupt_group, kill_group

FILE = "parcel.txt"
_HEEDS_INTERRUPTS = """\
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Runs a command that Ctrl-C ends even where these tests run in the background, as there a shell ignores it for all."""
_SECONDS = 150


@dataclass(frozen=True, slots=True)
class CliClient:
    """One client. ``words``: what stands on its command line, for a question."""

    name: str
    """As `routerd http env` calls it, and the ledger."""
    installed: str
    """The set of `install.SETS` that it belongs to."""
    command: str
    words: Callable[[str], tuple[str, ...]]
    reads: Callable[[Path], ToolCall] | None = None
    """How its model reads a file; ``None`` without tools."""
    env: Mapping[str, str] = field(default_factory=dict)
    refused: int = 1
    """Requests that it makes for one question that is refused."""


CLIENTS = (
    CliClient(
        "claude",
        "claude",
        "claude",
        lambda text: ("-p", text),
        lambda path: ToolCall("Read", {"file_path": str(path)}),
        {"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "DISABLE_AUTOUPDATER": "1", "DISABLE_TELEMETRY": "1"},
    ),
    CliClient(
        "codex",
        "codex",
        "codex",
        lambda text: ("exec", "--skip-git-repo-check", text),
        lambda path: ToolCall("exec_command", {"cmd": f"cat {path}"}),
    ),
    CliClient(
        "opencode",
        "opencode",
        "opencode",
        lambda text: ("run", text),
        lambda path: ToolCall("read", {"filePath": str(path)}),
        {"OPENCODE_DISABLE_AUTOUPDATE": "1", "OPENCODE_DISABLE_MODELS_FETCH": "1", "OPENCODE_DISABLE_SHARE": "1"},
        refused=2,  # a title is asked for beside it
    ),
    CliClient(
        "continue",
        "continue",
        "cn",
        lambda text: ("-p", text),
        lambda path: ToolCall("Read", {"filepath": str(path)}),
        {"CONTINUE_TELEMETRY_ENABLED": "0"},
    ),
    CliClient(
        "aider",
        "aider",
        "aider",
        lambda text: (
            *("--no-check-update", "--no-analytics", "--no-show-release-notes", "--yes-always", "--no-git"),
            *("--no-show-model-warnings", "--no-detect-urls", "--no-pretty", "--message", text, FILE),
        ),
        env={"LITELLM_LOCAL_MODEL_COST_MAP": "True"},
    ),
    CliClient("llm", "sdks", "llm", lambda text: ("-m", "auto", text)),
)


class Running:
    """A client that was started in a folder with a file to read."""

    def __init__(
        self, client: CliClient, gateway: GatewayProgram, folder: Path, question: str, port: int | None = None
    ) -> None:
        env = {**gateway.env, **client.env, **gateway.setup(client.name, port)}
        command = [str(program(cache_folder(), client.installed, client.command)), *client.words(question)]
        self._log = folder.with_name("client.log")
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _HEEDS_INTERRUPTS, *command],
                env=env,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def ended(self) -> tuple[int, str]:
        """Its exit code and all that it printed."""
        try:
            code = self._process.wait(timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            pytest.fail(f"the client did not end: {self.said()[-2_000:]}")
        finally:
            self.kill()
        return code, self.said()

    def said(self) -> str:
        return self._log.read_text("utf-8", "replace")

    def interrupt(self) -> None:
        """Ctrl-C, as a terminal sends it: to the whole group."""
        interrupt_group(self._process.pid)

    def kill(self) -> None:
        """End it with all that it started."""
        kill_group(self._process.pid)
        self._process.wait(timeout=20)


def present(client: CliClient) -> None:
    """Skip a test whose client is not in the cache."""
    why = why_not(cache_folder(), client.installed)
    if why:
        pytest.skip(why)
