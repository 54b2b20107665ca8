"""What every editor here needs: its snippet from the README, and a program called `routerd` on the PATH."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import brain
from tests.e2e.conftest import with_upstream
from tests.loopback import InThread, Upstream

README = Path(__file__).parents[3] / "editors" / "README.md"


def snippet(mark: str) -> str:
    """The block of the README behind a mark such as `<!-- tested: vim -->`."""
    found = re.search(rf"<!-- {re.escape(mark)} -->\n```\w+\n(.*?)^```$", README.read_text("utf-8"), re.M | re.S)
    assert found, f"the README has lost its block '{mark}'"
    return found[1]


@pytest.fixture
def upstream() -> Iterator[InThread]:
    with InThread(Upstream(reply=brain.reply)) as running:
        yield running


@pytest.fixture
def user(env: dict[str, str], project: Path, upstream: InThread, tmp_path: Path) -> dict[str, str]:
    """The environment of a user who has installed routerd and configured one provider."""
    launcher = tmp_path / "bin" / "routerd"
    launcher.parent.mkdir()
    launcher.write_text(f'#!/bin/sh\n[ $# = 0 ] && set -- serve --solo\nexec "{sys.executable}" -m routerd "$@"\n')
    launcher.chmod(0o755)
    (project / ".git").mkdir()
    path = os.pathsep.join((str(launcher.parent), env["PATH"]))
    return {**with_upstream(env, upstream.base_url), "PATH": path, "OUT": str(tmp_path / "out.json")}
