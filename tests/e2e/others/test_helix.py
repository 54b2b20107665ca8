"""Helix with the lines of the README, in a real terminal: hover, menu, an edit and its undo, a rewrite, new tests."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import CODE
from tests.e2e.neovim.terminal import Terminal
from tests.e2e.others.conftest import snippet
from tests.e2e.others.helix import HELIX
from tests.missing import program

pytestmark = pytest.mark.editor

DOC = '"""Do what parse_header does."""'


@pytest.fixture
def helix(user: dict[str, str], project: Path) -> Iterator[Terminal]:
    """Helix on `labels.py`, with the cursor on `parse_header` and the menu ready."""
    launcher = HELIX.installed()
    if launcher is None:
        pytest.skip(HELIX.why_not("tests.e2e.others.helix"))
    program("tmux", "tmux")
    config = Path(user["XDG_CONFIG_HOME"]) / "helix"
    config.mkdir(parents=True)
    (config / "languages.toml").write_text(snippet("tested: helix"), "utf-8")
    command = shlex.join([str(launcher), "labels.py:4:6"])
    with Terminal(command, user, project, columns=110, rows=34) as terminal:
        terminal.wait("NOR", "def parse_header")
        hover_until(terminal, "spent today")
        yield terminal


def escape(terminal: Terminal) -> None:
    """Leave what is open. The next key has to come later, or both would be one with Alt."""
    terminal.keys("Escape")
    terminal.wait("NOR")


def hover_until(terminal: Terminal, words: str) -> None:
    """Ask for the hover again until the server is there."""
    for _ in range(20):
        terminal.keys("Space", "k")
        try:
            terminal.wait(words, seconds=2)
        except TimeoutError:
            escape(terminal)
        else:
            return
    raise AssertionError(terminal.text())


def menu(terminal: Terminal, entry: int, first: str = "Document") -> None:
    """Choose the entry of that number, from 1, of the menu at the cursor."""
    escape(terminal)
    terminal.keys("Space", "a")
    terminal.wait(f"{first} ", "≈ $0.0")
    terminal.keys(*["Down"] * (entry - 1), "Enter")


def test_helix_shows_prices_documents_and_undoes(helix: Terminal) -> None:
    assert "ask      | logic → test-model" in helix.text()
    menu(helix, 1)
    helix.wait(DOC)
    helix.keys("u")
    helix.wait_for(lambda text: DOC not in text and "labels.py   " in text)


@pytest.mark.parametrize("agrees", [True, False])
def test_helix_asks_once_about_a_rewrite_beside_its_diff(helix: Terminal, project: Path, agrees: bool) -> None:
    escape(helix)
    helix.keys(":goto 11", "Enter", "w", "w")
    menu(helix, 1, first="Rewrite")
    helix.wait("apply it?", '-    """A label."""', '+    """Do what Label does."""')
    helix.keys(*([] if agrees else ["Down"]), "Enter")
    if agrees:
        helix.keys(":o labels.py", "Enter")
        helix.wait_for(lambda text: "Do what Label does." in text and "class Label" in text and "apply it?" not in text)
    else:
        helix.wait("Not applied: nobody agreed to its diff")
    helix.keys(":o labels.py", "Enter", ":w", "Enter")
    written = project / "labels.py"
    wanted = CODE.replace("A label.", "Do what Label does.") if agrees else CODE
    helix.wait_for(lambda _: written.read_text("utf-8") == wanted)


def test_generated_tests_are_seen_and_their_file_is_named(helix: Terminal, project: Path) -> None:
    menu(helix, 2)
    helix.wait("import pytest", "Look at test_labels.py, and save it.")
    helix.keys(":w", "Enter")
    (made,) = list(project.rglob("test_*.py"))
    helix.wait_for(lambda _: "parse_header" in made.read_text("utf-8"))
