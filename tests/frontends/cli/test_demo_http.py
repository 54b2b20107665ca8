"""`routerd demo --http` needs no key, asks through the openai SDK, and leaves nothing in the user's own ledger."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.clients.program import environment


def test_the_demo_of_the_gateway(tmp_path: Path) -> None:
    env = environment(tmp_path, os.environ)
    done = subprocess.run(
        [sys.executable, "-m", "routerd", "demo", "--http"],
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    for told in (
        "answer    You asked:",
        "x-routerd-model: loopback/echo",
        "x-routerd-cost: 0.0000",
        "1 request, 10 tokens",
    ):
        assert told in done.stdout
    assert not [*tmp_path.rglob("ledger.db"), *tmp_path.rglob("http-tokens.json")]


def test_files_of_clients_are_written_where_there_are_none(tmp_path: Path) -> None:
    env = environment(tmp_path, os.environ)

    def written() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "routerd", "http", "env", "codex", "--write"]
        return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)

    file = tmp_path / ".codex" / "config.toml"
    first = written()
    assert (first.returncode, file.exists()) == (0, True)
    assert first.stdout.startswith("export ROUTERD_TOKEN=")
    assert len(first.stdout.splitlines()) == 1
    assert written().returncode == 0, "the same again"
    file.write_text("mine = true\n", encoding="utf-8")
    assert written().returncode == 2
    assert file.read_text("utf-8") == "mine = true\n"
