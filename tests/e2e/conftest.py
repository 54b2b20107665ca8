"""A user's home that is nobody's: its own folders, no keys, no network but loopback."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

CODE = '''\
"""Parcel labels."""


def parse_header(line: str, separator: str = ":") -> tuple[str, str]:
    name, _, value = line.partition(separator)
    if not line:
        raise ValueError("no name")
    return name.strip(), value.strip()


class Label:
    """A label."""

    def text(self, width: int) -> str:
        return "x" * width
'''

TESTED = """

def doubled(text: str) -> str:
    \"\"\"The text twice.

    >>> doubled("ab")
    'abab'
    \"\"\"
    return text * 2
"""
"""What is put behind CODE where the built-in engine is to write a test."""

KEY = "sk-test-never-in-a-log"


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return new_env(tmp_path)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return new_project(tmp_path)


def new_env(folder: Path) -> dict[str, str]:
    """The environment of a daemon: what Python needs to run, and folders below the test's own."""
    home = folder / "home"
    home.mkdir()
    keep = ("PATH", "SYSTEMROOT", "LANG", "LD_LIBRARY_PATH", "PATHEXT", "COMSPEC")
    folders = ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "TMPDIR", "TEMP", "TMP")
    xdg = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
    return {
        **{name: os.environ[name] for name in keep if name in os.environ},
        **{name: str(home) for name in folders},
        **{name: str(home / name.lower()) for name in xdg},
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "PYTHONIOENCODING": "utf-8",
    }


def new_project(folder: Path) -> Path:
    """A small flat project with one module."""
    root = folder / "project"
    root.mkdir()
    (root / "pyproject.toml").write_text('[project]\nname = "parcel"\nversion = "1"\n')
    (root / "labels.py").write_bytes(CODE.encode())
    return root


CHEAPER = ("first", "second", "third", "theirs", "other")
"""Models at half the price of the user's own, as a folder names only what is no dearer."""


def with_upstream(env: dict[str, str], base_url: str, **budget: str) -> dict[str, str]:
    """The environment with a user's configuration that sends every tier to one upstream."""
    path = Path(env["HOME"]) / "routerd.toml"
    cheaper = "".join(f'[models.{name}]\ninput = "0.50"\noutput = "1.00"\ncontext = 64_000\n' for name in CHEAPER)
    limits = "".join(f'{name} = "{amount}"\n' for name, amount in budget.items())
    path.write_text(
        f"""\
[tiers]
utility = "local/test-model"
speed = "local/test-model"
logic = "local/test-model"
architect = "local/test-model"

[providers.local]
base_url = "{base_url}"
api_key = {{ env = "ROUTERD_E2E_KEY" }}

[models."test-model"]
input = "1.00"
output = "2.00"
context = 64_000

{cheaper}
[budget]
{limits}
""",
        "utf-8",
    )
    return {**env, "ROUTERD_CONFIG": str(path), "ROUTERD_E2E_KEY": KEY}
