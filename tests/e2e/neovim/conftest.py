"""A Neovim for each test, offline or with an upstream that answers by rule."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import brain
from tests.e2e.conftest import with_upstream
from tests.e2e.neovim.editor import Neovim
from tests.upstream import InThread, Upstream


@pytest.fixture
def upstream() -> Iterator[InThread]:
    with InThread(Upstream(reply=brain.reply)) as running:
        yield running


@pytest.fixture
def nvim(env: dict[str, str], project: Path, upstream: InThread) -> Iterator[Neovim]:
    """With every tier at the upstream, and `labels.py` open with the cursor on `parse_header`."""
    with Neovim(with_upstream(env, upstream.base_url), project) as editor:
        editor.open(project / "labels.py")
        editor.cursor(4, 6)
        yield editor
