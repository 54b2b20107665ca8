"""The daemon's folder: private, the user's own, and short enough for a socket."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from routerd.relay.place import find_place
from routerd.system.file_lock import taken
from routerd.system.local_sockets import AVAILABLE, LONGEST_PATH, connected, listening
from tests.posix import give_away, is_root

pytestmark = pytest.mark.skipif(not AVAILABLE, reason="this system has no local sockets")


@pytest.fixture
def runtime() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="rd-") as folder:
        yield Path(folder)


def test_the_folder_is_made_for_this_user_alone(runtime: Path) -> None:
    place = find_place({"XDG_RUNTIME_DIR": str(runtime)})
    assert place.folder == str(runtime / "routerd")
    assert Path(place.folder).stat().st_mode & 0o777 == 0o700
    assert find_place({"XDG_RUNTIME_DIR": str(runtime)}).folder == place.folder


def test_without_a_runtime_folder_it_is_one_of_this_user_among_the_temporary_files(runtime: Path) -> None:
    for environ in ({"TMPDIR": str(runtime)}, {"TMPDIR": str(runtime), "XDG_RUNTIME_DIR": str(runtime / "none")}):
        place = find_place(environ)
        assert Path(place.folder).parent == runtime
        assert Path(place.folder).name.startswith("routerd-")


def test_a_path_that_is_too_long_for_a_socket_is_not_taken(runtime: Path) -> None:
    long = runtime / ("x" * LONGEST_PATH)
    long.mkdir()
    place = find_place({"XDG_RUNTIME_DIR": str(long), "TMPDIR": str(runtime)})
    assert Path(place.folder).parent == runtime


def test_a_folder_that_others_can_enter_is_refused(runtime: Path) -> None:
    (runtime / "routerd").mkdir(mode=0o755)
    with pytest.raises(PermissionError, match="only this user"):
        find_place({"XDG_RUNTIME_DIR": str(runtime)})


def test_a_link_to_a_folder_is_refused(runtime: Path) -> None:
    (runtime / "real").mkdir(mode=0o700)
    (runtime / "routerd").symlink_to(runtime / "real")
    with pytest.raises(PermissionError, match="only this user"):
        find_place({"XDG_RUNTIME_DIR": str(runtime)})


@pytest.mark.skipif(not is_root(), reason="only root can give a folder to another user")
def test_a_folder_of_another_user_is_refused(runtime: Path) -> None:
    (runtime / "routerd").mkdir(mode=0o700)
    give_away(runtime / "routerd", 12345)
    with pytest.raises(PermissionError, match="only this user"):
        find_place({"XDG_RUNTIME_DIR": str(runtime)})


@pytest.mark.parametrize("kind", ["file", "link", "link to a socket"])
def test_what_is_no_socket_of_this_user_is_not_spoken_to(runtime: Path, kind: str) -> None:
    path = runtime / "s"
    if kind == "file":
        path.write_text("x")
    elif kind == "link":
        path.symlink_to(runtime / "nowhere")
    else:
        listening(str(runtime / "real")).close()
        path.symlink_to(runtime / "real")
    with pytest.raises(PermissionError, match="no socket of this user"):
        connected(str(path), 1)


def test_a_socket_whose_process_is_gone_counts_as_none_and_is_replaced(runtime: Path) -> None:
    path = str(runtime / "s")
    assert connected(path, 1) is None
    listening(path).close()
    assert Path(path).is_socket()
    assert connected(path, 1) is None
    listener = listening(path)
    channel = connected(path, 1)
    assert channel is not None
    channel.close()
    listener.close()


def test_a_lock_is_held_once_and_taken_back_with_its_holder(runtime: Path) -> None:
    path = str(runtime / "lock")
    held = taken(path)
    assert held is not None
    assert taken(path) is None
    held.release()
    again = taken(path)
    assert again is not None
    again.release()


def test_a_lock_is_not_taken_through_a_link(runtime: Path) -> None:
    (runtime / "lock").symlink_to(runtime / "other")
    with pytest.raises(OSError, match="symbolic links"):
        taken(str(runtime / "lock"))
    assert not (runtime / "other").exists()
