"""The index hands out one and the same project for as long as it holds the same, so that plans made from it stand."""

from __future__ import annotations

from pathlib import Path

from routerd.adapters.grammar import TreeSitterGrammar
from routerd.adapters.workspace import Workspace
from routerd.domain.document import Document
from routerd.domain.text import Text
from routerd.system.uris import path_of, uri_of


def test_a_file_that_is_closed_unchanged_leaves_the_project_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "shop.py"
    file.write_text("def sell(): ...\n", "utf-8")
    workspace, uri = Workspace(TreeSitterGrammar(), (tmp_path,)), uri_of(file)
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
    workspace, uri = Workspace(TreeSitterGrammar(), (tmp_path,)), uri_of(file)
    assert workspace.project(uri).relative(uri) == "inner/shop.py"
    workspace.add_folder(file.parent)
    assert workspace.project(uri).relative(uri) == "shop.py"
    assert path_of(workspace.project(uri).root) == file.parent
