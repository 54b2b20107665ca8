"""A project in a home of its own, and the program run on it against a loopback upstream."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

Done = subprocess.CompletedProcess[str]

CONFIG = """
[tiers]
utility = "loopback/small"
speed = "loopback/small"
logic = "loopback/large"
architect = "loopback/large"

[providers.loopback]
base_url = "{base_url}"
{limits}

[models.small]
input = "1"
output = "2"
context = 200000

[models.large]
input = "10"
output = "20"
context = 200000

[routing]
offline = "never"
{more}
"""

FUNCTION = """\
def parse_{name}(line, sep=":"):
    if not line.strip():
        raise ValueError("empty {name}")
    name, _, value = line.partition(sep)
    return name.strip().lower(), value.strip()
"""


@dataclass(frozen=True)
class Project:
    """A folder under git, and the environment of whoever works in it."""

    root: Path
    env: dict[str, str]

    def write(self, names: list[str]) -> None:
        for name in names:
            path = self.root / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(FUNCTION.format(name=name.rpartition("/")[2]))

    def configure(self, base_url: str, limits: str = "", more: str = "") -> None:
        folder = Path(self.env["XDG_CONFIG_HOME"]) / "routerd"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.toml").write_text(CONFIG.format(base_url=base_url, limits=limits, more=more))

    def git(self, *words: str) -> str:
        done = subprocess.run(["git", *words], cwd=self.root, env=self.env, capture_output=True, text=True, check=True)
        return done.stdout

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "--quiet", "--allow-empty", "-m", "as it was")

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "routerd", *words]

    def run(self, *words: str, stdin: str | None = None) -> Done:
        return subprocess.run(
            self.command(*words),
            cwd=self.root,
            env=self.env,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=240,
            check=False,
            **({"stdin": subprocess.DEVNULL} if stdin is None else {"input": stdin}),
        )

    def json(self, *words: str) -> Any:
        done = self.run(*words, "--json")
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    @property
    def data(self) -> Path:
        return Path(self.env["XDG_DATA_HOME"]) / "routerd"

    def ledger(self, statement: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.data / "ledger.db")) as database:
            return database.execute(statement).fetchall()

    def booked(self) -> Decimal:
        ((pico,),) = self.ledger("SELECT SUM(cost) FROM attempts")
        return Decimal(pico or 0) / 10**12


def new_project(folder: Path) -> Project:
    home, root = folder / "home", folder / "project"
    root.mkdir(parents=True)
    home.mkdir()
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "PYTHONPATH") if name in os.environ}
    names = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "APPDATA", "LOCALAPPDATA")
    env = {**kept, **{name: str(home / name.lower()) for name in names}, "HOME": str(home), "USERPROFILE": str(home)}
    for role in ("AUTHOR", "COMMITTER"):
        env |= {f"GIT_{role}_NAME": "Ann", f"GIT_{role}_EMAIL": "ann@example.org"}
    env |= {"PYTHONUTF8": "1", "GIT_CONFIG_NOSYSTEM": "1"}
    project = Project(root, env)
    project.git("init", "--quiet", "-b", "main")
    (root / "pyproject.toml").write_text('[project]\nname = "shop"\n')
    return project
