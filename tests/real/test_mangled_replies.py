"""Real projects in five languages, documented by a model that is honest and mangled by turns: no code ever changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from routerd.app.workspace import App
from tests.context.projects import installed
from tests.loopback import Upstream
from tests.pipeline.test_pipeline import home
from tests.real.documenting import CONFIG, documented
from tests.real.mangling import TURNS, Model

__all__ = ["home"]

PROJECTS: dict[str, tuple[Callable[[], Path], str]] = {
    "python": (lambda: installed("rich"), "*.py"),
    "c": (lambda: installed("mypyc") / "lib-rt", "*.c"),
    "javascript": (lambda: installed("importlinter"), "*.js"),
    "typescript": (lambda: Path(__file__).parents[2] / "editors" / "vscode" / "src", "*.ts"),
    "cpp": (lambda: installed("mypyc") / "lib-rt", "*.h"),
}
"""Installed with the tests, or part of this repository; headers that C++ programs include are C++.

``tests/bench/documented.py`` takes any folder: Go, Rust and Java sources are in no package that the tests install.
"""
FILES = 22
"""Of each language at the most: each of the turns twice."""


@pytest.mark.parametrize("language", PROJECTS)
async def test_no_edit_changes_code_and_each_mangled_reply_is_refused_with_the_right_reason(
    language: str, home: Path
) -> None:
    folder, pattern = PROJECTS[language]
    model = Model()
    async with Upstream(reply=model.reply) as upstream:
        config = home / "config.toml"
        config.write_text(CONFIG.format(url=upstream.base_url), "utf-8")
        app = App.open(config_file=config, root=home / "project")
        paths = sorted(folder().rglob(pattern))
        # Few files: the same ones again and again, so that each of them meets each turn.
        tally = await documented(app, model, paths if len(paths) >= FILES else paths * len(TURNS), language, FILES)
        await app.disconnect()
        app.close()
    assert not tally.wrong, tally.wrong
    assert tally.applied + tally.rejected.total() >= len(TURNS)
    assert set(tally.rejected) == {turn.name for turn in TURNS if turn.reason is not None}
    assert tally.symbols > 0
