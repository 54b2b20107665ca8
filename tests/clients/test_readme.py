"""Every line that README.md gives for a client is run as it stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.install import cache_folder, program, why_not
from tests.clients.program import GatewayProgram, environment
from tests.frontends.http.running import configuration
from tests.loopback import InThread, Upstream

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
SETS = {
    "openai": ("sdks", "python"),
    "anthropic": ("sdks", "python"),
    "langchain": ("sdks", "python"),
    "llm": ("sdks", "llm"),
    "continue": ("continue", "cn"),
}
"""The installed set and the program of clients whose name is another."""
REPLY = "Hello, the parcels are counted."


def snippets() -> dict[str, str]:
    (block,) = re.findall(r"<!-- ci: clients -->\n```sh\n(.*?)```", README, re.DOTALL)
    found = re.split(r"^(?=eval )", block, flags=re.MULTILINE)[1:]
    return {re.findall(r"http env (\w+)", snippet)[0]: snippet for snippet in found}


@pytest.mark.parametrize("client", snippets())
def test_the_line_of_a_client(client: str, tmp_path: Path) -> None:
    installed, command = SETS.get(client, (client, client))
    why = why_not(cache_folder(), installed)
    if why:
        pytest.skip(why)
    project = tmp_path / "project"
    project.mkdir()
    with InThread(Upstream(reply=REPLY)) as upstream:
        env = environment(tmp_path, os.environ)
        with GatewayProgram(env, configuration({"a": upstream})) as gateway:
            folders = (program(cache_folder(), installed, command).parent, Path(sys.executable).parent)
            env = {**env, "PATH": os.pathsep.join([*map(str, folders), env["PATH"]])}
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", snippets()[client]],
                env=env,
                cwd=project,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=150,
                check=False,
            )
            said = done.stdout + done.stderr
            assert (done.returncode, REPLY in said) == (0, True), said[-2_000:]
            assert {(row["status"], row["client"]) for row in gateway.rows()} == {("ok", client)}
