"""Install lines: no file tells anybody to install this project by its name, which nobody owns on an index."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
BY_NAME = re.compile(
    r"\b(?:pip3?|pipx|uv(?: tool| pip)?) (?:install|run|inject)(?: -\S+)* [`'\"]?routerd\b|\buvx [`'\"]?routerd\b"
)


def test_nothing_is_installed_by_a_name_that_somebody_else_may_take() -> None:
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert len(files) > 500
    found = []
    for name in files:
        if name == Path(__file__).relative_to(ROOT).as_posix() or name.endswith((".png", ".npy", ".npz", ".ico")):
            continue
        text = (ROOT / name).read_bytes().decode("utf-8", "replace")
        found += [f"{name}: {line[0]}" for line in BY_NAME.finditer(text)]
    assert not found


def test_the_rule_sees_what_it_is_for() -> None:
    for line in (
        "pip install routerd",
        "python -m pip install -U 'routerd[otel]'",
        "uvx routerd",
        "pipx install routerd",
    ):
        assert BY_NAME.search(line), line
    for line in (
        "pip install .",
        "pip install '.[mcp]'",
        "pip install ./routerd-0.1.0-py3-none-any.whl",
        "pip install keyring",
    ):
        assert not BY_NAME.search(line), line
