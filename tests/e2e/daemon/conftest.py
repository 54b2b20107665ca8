"""A user who has a folder for a daemon, and whose daemons end with the test, however it ends."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.daemon.user import User


@pytest.fixture
def user(env: dict[str, str]) -> Iterator[User]:
    # Not below pytest's own folder: a socket's path has a hundred bytes.
    folder = Path(tempfile.mkdtemp(prefix="rd-"))
    user = User({**env, "XDG_RUNTIME_DIR": str(folder)}, folder / "routerd")
    try:
        yield user
    finally:
        user.end()
        shutil.rmtree(folder)


@pytest.fixture
def proc() -> Path:
    """Linux's view of processes."""
    found = Path("/proc")
    if not (found / "self" / "environ").exists():
        pytest.skip("this system shows no processes as files")
    assert os.name == "posix"
    return found
