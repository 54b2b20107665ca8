"""Files as they may stand on a disk: what cannot be read, or says nothing, stops nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from routerd.adapters.workspace.files import read_text
from routerd.adapters.workspace.listing import Listing
from routerd.system.uris import path_of, uri_of
from tests.posix import make_pipe


def test_a_named_pipe_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.py"
    make_pipe(pipe)
    assert read_text(pipe) is None
    make_pipe(tmp_path / ".gitignore")
    assert pipe in Listing(tmp_path)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("nonsense", ["!", "\\", "a\\", "[z-a]", "[[:space:]]x"])
def test_a_line_that_is_no_pattern_leaves_the_others_in_force(tmp_path: Path, nonsense: str) -> None:
    (tmp_path / ".gitignore").write_text(f"{nonsense}\nnoise.py\n", "utf-8")
    for name in ("noise.py", "shop.py"):
        (tmp_path / name).touch()
    assert [path.name for path in Listing(tmp_path)] == [".gitignore", "shop.py"]


@pytest.mark.parametrize("uri", ["file:///tmp/%00x.py", "http://[::1", "untitled:Untitled-1", "", "%%%"])
def test_what_names_no_file_is_no_path(uri: str) -> None:
    assert path_of(uri) is None


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are UTF-8 there")
def test_a_name_that_is_not_utf_8_is_found_again(tmp_path: Path) -> None:
    path = tmp_path / "caf\udce9.py"
    assert path_of(uri_of(path)) == path
