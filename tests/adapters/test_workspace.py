"""The index hands out one and the same project for as long as it holds the same, so that plans made from it stand."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from routerd.adapters.grammar import TreeSitterGrammar
from routerd.adapters.workspace import Indices, Workspace, file_facts
from routerd.adapters.workspace import index as index_module
from routerd.adapters.workspace.files import read_text
from routerd.adapters.workspace.listing import Listing
from routerd.domain.document import Document
from routerd.domain.text import Text
from routerd.system.uris import path_of, uri_of


def test_a_file_that_is_closed_unchanged_leaves_the_project_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "shop.py"
    file.write_text("def sell(): ...\n", "utf-8")
    workspace, uri = Workspace(Indices(TreeSitterGrammar()), (tmp_path,)), uri_of(file)
    workspace.index(uri, lambda: True)
    before = workspace.project(uri)
    assert list(before.declarations) == ["sell"]
    workspace.hold(Document(uri, 1, "python", Text("def sell(): ...\n")))
    workspace.drop(uri)
    assert workspace.project(uri) is before
    file.write_text("def sell(): ...\ndef buy(): ...\n", "utf-8")
    workspace.saved(uri)
    assert sorted(workspace.project(uri).declarations) == ["buy", "sell"]


def test_a_folder_that_is_taken_in_becomes_the_root_of_what_is_below_it(tmp_path: Path) -> None:
    file = tmp_path / "inner" / "shop.py"
    file.parent.mkdir()
    file.touch()
    workspace, uri = Workspace(Indices(TreeSitterGrammar()), (tmp_path,)), uri_of(file)
    assert workspace.project(uri).relative(uri) == "inner/shop.py"
    workspace.add_folder(file.parent)
    assert workspace.project(uri).relative(uri) == "shop.py"
    assert path_of(workspace.project(uri).root) == file.parent


def project_in(folder: Path, files: dict[str, str]) -> tuple[Workspace, str]:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    workspace, uri = Workspace(Indices(TreeSitterGrammar()), (folder,)), uri_of(folder / "src" / "shop.py")
    return workspace, uri


def until(holds: Callable[[], bool]) -> None:
    """Waits for another thread, for twenty seconds at the most."""
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_the_files_nearest_to_the_document_come_first(tmp_path: Path) -> None:
    names = [f"aaa/f{number}.py" for number in range(20)] + ["src/shop.py", "src/near.py", "src/below/x.py"]
    workspace, uri = project_in(tmp_path, dict.fromkeys(names, "def sell(): ...\n"))
    listed = [path.relative_to(tmp_path).as_posix() for path in Listing(tmp_path, tmp_path / "src" / "shop.py")]
    assert listed[:3] == ["src/near.py", "src/shop.py", "src/below/x.py"]
    assert sorted(listed) == sorted(names)
    workspace.index(uri, lambda: True)
    assert workspace.project(uri).files == tuple(sorted(names))


def test_an_ignored_folder_is_not_listed_even_around_the_document(tmp_path: Path) -> None:
    project_in(tmp_path, {".gitignore": "src/\n", "src/shop.py": "", "a.py": ""})
    assert [path.name for path in Listing(tmp_path, tmp_path / "src" / "shop.py")] == [".gitignore", "a.py"]


def test_what_other_programs_change_on_disk_is_followed(tmp_path: Path) -> None:
    workspace, uri = project_in(tmp_path, {"src/shop.py": "", "src/old.py": "def sell(): ...\n"})
    workspace.index(uri, lambda: True)
    workspace.follow(uri)

    def declared() -> set[str]:
        return set(workspace.project(uri).declarations)

    try:
        (tmp_path / "src" / "old.py").write_text("def buy(): ...\n", "utf-8")
        until(lambda: declared() == {"buy"})
        (tmp_path / "deep" / "er").mkdir(parents=True)
        until(lambda: tmp_path / "deep" / "er" in workspace._indices[tmp_path].folders)
        (tmp_path / "deep" / "er" / "new.py").write_text("def lend(): ...\n", "utf-8")
        until(lambda: declared() == {"buy", "lend"})
        (tmp_path / ".gitignore").write_text("deep/\n", "utf-8")
        until(lambda: declared() == {"buy"})
        (tmp_path / "src" / "old.py").unlink()
        until(lambda: declared() == set())
    finally:
        workspace._shared.close()


def test_a_checkout_reads_only_what_it_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace, uri = project_in(tmp_path, {f"src/f{number}.py": f"def f{number}(): ...\n" for number in range(300)})
    workspace.index(uri, lambda: True)
    index = workspace._indices[tmp_path]
    read = [tmp_path / "src" / f"f{number}.py" for number in range(150)]
    for number, path in enumerate(read[:120]):
        path.write_text(f"def changed{number}(): ...\n", "utf-8")
    seen: list[str] = []
    original = read_text

    def counted(path: Path, within: Path | None) -> Text | None:
        seen.append(path.name)
        return original(path, within)

    monkeypatch.setattr(file_facts, "read_text", counted)
    index.update(read)
    assert len(seen) == 120
    assert "changed7" in workspace.project(uri).declarations
    assert "f7" not in workspace.project(uri).declarations


def test_an_action_sees_a_declaration_as_it_is_on_disk_without_any_notice(tmp_path: Path) -> None:
    workspace, uri = project_in(tmp_path, {"src/shop.py": "", "src/a.py": "def sell(price): ...\n", "src/b.py": ""})
    workspace.index(uri, lambda: True)
    before = workspace.project(uri)
    assert workspace.verified(uri, ["sell", "unknown"]) is before
    (tmp_path / "src" / "a.py").write_text("def sell(price, tax): ...\n", "utf-8")
    assert [one.signature for one in workspace.verified(uri, ["sell"]).declarations["sell"]] == [
        "def sell(price, tax):"
    ]
    (tmp_path / "src" / "a.py").write_text("#" * 70_000 + "\ndef sell(): ...\n", "utf-8")
    assert not workspace.verified(uri, ["sell"]).declarations["sell"]
    (tmp_path / "src" / "a.py").unlink()
    assert not workspace.verified(uri, ["sell"]).declarations["sell"]
    assert workspace.project(uri) is before


def test_sessions_on_one_root_share_its_index(tmp_path: Path) -> None:
    workspace, uri = project_in(tmp_path, {"src/shop.py": "def sell(): ...\n"})
    second = Workspace(workspace._shared, (tmp_path,))
    for one in (workspace, second):
        one.index(uri, lambda: True)
    assert workspace.project(uri) is second.project(uri)


def test_what_is_not_read_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"src/f{number}.py": f"def f{number}(): ...\n" for number in range(20)} | {"src/large.py": "#" * 300_000}
    monkeypatch.setattr(index_module, "MAX_STORED_BYTES", 5_000)
    workspace, uri = project_in(tmp_path, files | {"notes.txt": ""})
    workspace.index(uri, lambda: True)
    project = workspace.project(uri)
    assert len(project.files) == 22
    assert project.unread == 21 - len(project.declarations)
    assert 0 < len(project.declarations) < 20
    assert project.gaps
    assert f"{project.unread} source files of the project's 22 files" in project.gaps
