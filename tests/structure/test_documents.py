"""The documents for contributors name files, commands and tasks that exist."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.structure.test_structure import MAP, PACKAGE, ROOT

ABOVE_THE_LIST = MAP.split("<!-- files: begin -->")[0]
DOCUMENTS = {"routerd/README.md": ABOVE_THE_LIST} | {
    name: (ROOT / name).read_text("utf-8") for name in ("CONTRIBUTING.md", "SECURITY.md")
}
TASKS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["poe"]["tasks"]


def paths(text: str) -> set[str]:
    """What stands in back quotes and looks like a file or folder of ours."""
    return {path for path in re.findall(r"`([\w.-]+(?:/[\w.-]+)*/?)`", text) if "/" in path or path.endswith(".py")}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_each_path_that_is_named_exists(name: str) -> None:
    found = paths(DOCUMENTS[name])
    assert found or name == "SECURITY.md"
    beside: tuple[Path, ...] = (PACKAGE,) if name.startswith("routerd/") else (ROOT,)
    assert not [path for path in found if not any((folder / path).exists() for folder in (*beside, ROOT))]


def test_each_link_between_documents_leads_to_a_file() -> None:
    for name in (*DOCUMENTS, "README.md"):
        text = (ROOT / name).read_text("utf-8")
        links = [link for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text) if not link.startswith("http")]
        assert not [link for link in links if not ((ROOT / name).parent / link).exists()], name


def test_what_newcomers_look_for_is_two_steps_away() -> None:
    rows = re.findall(r"^\| [^|]+ \| `(\w+)/` \| `([\w/.]+)`", ABOVE_THE_LIST, re.M)
    assert len(rows) >= 4
    assert all(path.startswith(f"{folder}/") and (PACKAGE / path).is_file() for folder, path in rows)


def test_the_map_lists_every_folder_as_a_layer_and_few_words() -> None:
    layers = ABOVE_THE_LIST.split("## The layers")[1].split("```")[1]
    named = set(re.findall(r"^(\w+)/", layers, re.M))
    assert named == {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    words = re.findall(r"^- \*\*(\w+)\*\*:", ABOVE_THE_LIST, re.M)
    assert words == sorted(words)
    assert 15 <= len(words) <= 25


def test_each_task_that_is_named_exists_and_each_task_is_named() -> None:
    assert set(re.findall(r"`poe (\w+)`", DOCUMENTS["CONTRIBUTING.md"])) == set(TASKS)
