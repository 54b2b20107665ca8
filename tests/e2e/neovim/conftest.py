"""One Neovim for the tests of a file, with a fresh buffer, and an upstream that answers by rule, for each."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import brain
from tests.e2e.conftest import CODE, new_env, new_project, with_upstream
from tests.e2e.neovim.editor import VERSIONS, Neovim, version
from tests.loopback import InThread, Upstream

RESET = """
vim.cmd("silent! stopinsert | silent! tabonly! | silent! only!")
vim.cmd("silent! %bwipeout!")
vim.g.routerd = nil
Seen = { outcomes = {}, progress = {}, messages = {}, deprecated = {} }
"""


@pytest.fixture(scope="module", params=VERSIONS)
def binary(request: pytest.FixtureRequest) -> str:
    """The program of each version of Neovim in turn."""
    return version(str(request.param))


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory, binary: str) -> Iterator[tuple[Neovim, InThread, Path]]:
    folder = tmp_path_factory.mktemp("neovim")
    with InThread(Upstream(reply=brain.reply)) as upstream:
        env = with_upstream(new_env(folder), upstream.base_url)
        with (folder / "home" / "routerd.toml").open("a", encoding="utf-8") as config:
            config.write("\n[cache]\nenabled = false\n")  # the same question again is asked again
        root = new_project(folder)
        with Neovim(env, root, binary=binary) as nvim:
            yield nvim, upstream, root


@pytest.fixture
def project(session: tuple[Neovim, InThread, Path]) -> Path:
    """The folder of the session, with nothing in it but one module."""
    _, _, root = session
    for path in root.rglob("*.py"):
        path.unlink()
    (root / "labels.py").write_bytes(CODE.encode())
    return root


@pytest.fixture
def upstream(session: tuple[Neovim, InThread, Path]) -> InThread:
    """The upstream of the session, which has seen nothing yet."""
    _, upstream, _ = session
    order = urllib.request.Request(f"http://127.0.0.1:{upstream.port}/_reset", method="POST")
    urllib.request.urlopen(order).close()
    return upstream


@pytest.fixture
def nvim(session: tuple[Neovim, InThread, Path], project: Path, upstream: InThread) -> Iterator[Neovim]:
    """With every tier at the upstream, and `labels.py` open with the cursor on `parse_header`.

    Fails at the end where the plugin called a function that this Neovim deprecates.
    """
    editor, _, _ = session
    editor.lua(RESET)
    editor.open(project / "labels.py")
    editor.cursor(4, 6)
    yield editor
    assert editor.deprecated == []
