"""A whole package with honest and broken answers: its code tokens stay, and git sees what was reported."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path

import pytest

from routerd.adapters.grammar import TreeSitterGrammar
from tests import brain
from tests.batch.project import new_project
from tests.batch.test_run_many import billed
from tests.loopback import InThread, Turn, Upstream
from tests.loopback.turns import Body

PACKAGE = "typer"


def broken(body: Body) -> str:
    """Of three files one is answered honestly, one with code that was changed, and one with half of an answer."""
    user = str(body["messages"][1]["content"])
    path = re.search(r"^File: (.+)$", user, re.M)
    assert path is not None
    kind = sum(path[1].encode()) % 3 if body["model"] == "small" else 0
    honest = brain.reply(body)
    if kind == 1:
        return "```python\nimport os\n\nos.remove('everything')\n```"
    return honest[: len(honest) // 2] if kind == 2 else honest


@pytest.mark.slow
@pytest.mark.timeout(280)
def test_a_whole_package_is_documented_and_its_code_is_the_same(tmp_path: Path) -> None:
    project, grammar = new_project(tmp_path), TreeSitterGrammar()
    found = find_spec(PACKAGE)
    assert found is not None
    assert found.origin is not None
    shutil.copytree(
        Path(found.origin).parent, project.root / PACKAGE, ignore=shutil.ignore_patterns("__pycache__", "*.typed")
    )
    project.commit()
    before = {path: path.read_text("utf-8") for path in sorted((project.root / PACKAGE).rglob("*.py"))}
    with InThread(Upstream(reply=broken, otherwise=Turn(chunk_chars=10_000))) as upstream:
        project.configure(upstream.base_url)
        done = project.json("run", "document", PACKAGE, "--yes", "--apply")
        seen = upstream.seen

    states = Counter(item["state"] for item in done["items"])
    assert states["applied"] == done["files"] > 5
    assert states["applied"] + states["refused"] == len(done["items"])
    assert {one.model for one in seen} == {"small", "large"}
    added, removed = numbers(project.git("diff", "--shortstat"))
    assert (added, removed) == (done["added"], done["removed"])
    assert len(project.git("diff", "--name-only").splitlines()) == done["files"]
    for path, text in before.items():
        assert grammar.same_code(text, path.read_text("utf-8"), "python"), path
    assert project.booked() == billed(seen) == Decimal(done["spent"])
    assert Decimal(done["spent"]) <= Decimal(done["planned"]["most"])


def numbers(shortstat: str) -> tuple[int, int]:
    """Lines added and removed, of ``git diff --shortstat``."""
    found = {word: int(count) for count, word in re.findall(r"(\d+) (insertion|deletion)", shortstat)}
    return found.get("insertion", 0), found.get("deletion", 0)
