"""From nothing to the first documented function in VS Code, by the commands of README.md alone: seconds, as JSON.

`python -m tests.bench.first_use_vscode` needs what tests/e2e/vscode/install.py puts into its cache: Node, and
code-server in VS Code's place. Everything else starts empty: the home folder, the environment, npm's and pip's caches,
and a copy of the project. Without a key the built-in engine answers; with one, a model that is played on loopback.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from tests.bench.readme import block
from tests.loopback import InThread, Upstream

ROOT = Path(__file__).parents[2]
VSCODE = ROOT / "tests" / "e2e" / "vscode"
CHANGE = """<<<<<<< SEARCH
def read_labels(lines, seen=[]):
=======
def read_labels(lines, seen=[]):  # proposed
>>>>>>> REPLACE"""
DOCUMENTED = ("routerd/data/sample/parcel/labels.py", "parse_header")
"""A function without a docstring, of which something is certain without a model: the error that it raises."""


def measure(home: Path) -> dict[str, object]:
    """Seconds for each step in a home folder with nothing in it, and their sum."""
    tools = json.loads(subprocess.run([sys.executable, VSCODE / "install.py"], stdout=-1, check=True).stdout)
    project = home / "routerd"
    copy(project)
    extensions = home / "extensions"
    programs = home / "programs"
    code(programs, tools, home / "code", extensions)
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "PYTHON", "VIRTUAL_ENV"))},
        "HOME": str(home),
        "PIP_NO_CACHE_DIR": "1",
        "PATH": os.pathsep.join([str(home / "venv/bin"), str(programs), tools["path"], os.environ["PATH"]]),
    }
    seconds = timed(f"python3 -m venv {shlex.quote(str(home / 'venv'))}", home, env)
    seconds |= timed(block("pip install . "), project, env)
    seconds |= timed(block("code --install-extension"), project, env)
    file, name = DOCUMENTED
    script = Path(__file__).with_suffix(".mjs")
    command = [tools["node"], script, project, extensions, file, name]
    # The window's harness asks this Python for its tools, and finds them where they are cached.
    cache = os.environ.get("ROUTERD_TEST_CACHE") or str(Path.home() / ".cache/routerd-tests")
    with InThread(Upstream(reply=CHANGE)) as upstream:  # in the place of README.md's gateway
        config = home / ".config" / "routerd" / "config.toml"
        config.parent.mkdir(parents=True)
        config.write_text(f'[providers.n1n]\nbase_url = "{upstream.base_url}"\n', "utf-8")
        own = {"PYTHON": sys.executable, "ROUTERD_TEST_CACHE": cache, "ROUTERD_CONFIG": str(config)}
        window = subprocess.run(command, env={**env, **own}, stdout=-1, check=True)
    seconds |= json.loads(window.stdout)
    return {
        "function": f"{file}:{name}",
        "seconds": {step.replace(str(home), "~"): round(took, 1) for step, took in seconds.items()},
        "total_s": round(sum(seconds.values()), 1),
        "cores": os.cpu_count(),
    }


def copy(project: Path) -> None:
    """The project as a clone would have it: what git knows or would take, and nothing that was built."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, stdout=-1, check=True
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, project / name)


def code(programs: Path, tools: Mapping[str, str], home: Path, extensions: Path) -> None:
    """A program `code`: code-server, with its folders in this home."""
    positions = ["--config", home / "config.yaml", "--user-data-dir", home, "--extensions-dir", extensions]
    words = [tools["node"], tools["code_server"], *positions]
    programs.mkdir()
    (programs / "code").write_text(f'#!/bin/sh\nexec {shlex.join(map(str, words))} "$@"\n', "utf-8")
    (programs / "code").chmod(0o755)


def timed(command: str, folder: Path, env: Mapping[str, str]) -> dict[str, float]:
    """Seconds of each part of a command that `&&` joins, all in one shell."""
    parts = command.split(" && ")
    clock = "date +%s.%N >&3"
    with tempfile.TemporaryFile("w+") as times:
        script = "".join(f"{part}\n{clock}\n" for part in parts).replace(">&3", f">&{times.fileno()}")
        began = time.time()
        subprocess.run(
            ["bash", "-euc", script], cwd=folder, env=env, pass_fds=[times.fileno()], stdout=sys.stderr, check=True
        )
        times.seek(0)
        ends = [began, *map(float, times.read().split())]
    return {part: end - start for part, start, end in zip(parts, ends, ends[1:], strict=False)}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder)), indent=2))
