"""A plan of many files is priced by their sizes: held against the plans with every prompt, and against the bills."""

from __future__ import annotations

import shutil
import sysconfig
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.batch.project import Project, new_project
from tests.loopback import InThread, Turn, Upstream

FOLDERS = 3
EACH = 60
"""Files of a folder: few enough that a plan of it composes every prompt, while all together are too many."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    found = new_project(tmp_path_factory.mktemp("estimated"))
    library = sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))
    sources = [path for path in library if 0 < path.stat().st_size < 40_000][: FOLDERS * EACH]
    assert len(sources) > 2 * EACH, "too few modules to be estimated"
    for number, source in enumerate(sources):
        target = found.root / f"part{number // EACH}" / source.name
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(source, target)
    found.configure("http://127.0.0.1:9/v1")
    return found


def exactly(project: Project, action: str) -> tuple[dict[str, Any], set[str]]:
    """The items by their paths and what is skipped, each prompt composed."""
    items: dict[str, Any] = {}
    skipped: set[str] = set()
    for number in range(FOLDERS):
        plan = project.json("batch", "plan", action, f"part{number}")
        assert plan["priced_exactly"] == len(plan["items"])
        items |= {item["path"]: item for item in plan["items"]}
        skipped |= {one["path"] for one in plan["skipped"]}
    return items, skipped


@pytest.mark.parametrize("action", ["document", "test", "review"])
def test_an_estimate_by_sizes_names_the_same_files_and_models_for_the_same_sum(project: Project, action: str) -> None:
    exact, skipped = exactly(project, action)
    plan = project.json("batch", "plan", action, *(f"part{number}" for number in range(FOLDERS)))
    guessed = {item["path"]: item for item in plan["items"]}
    assert plan["priced_exactly"] < len(guessed) - 20
    assert guessed.keys() == exact.keys()
    assert {one["path"] for one in plan["skipped"]} == skipped
    for path, item in guessed.items():
        assert (item["tier"], item["model"], item["id"]) == (
            exact[path]["tier"],
            exact[path]["model"],
            exact[path]["id"],
        )
        assert Decimal(item["most"]) >= Decimal(exact[path]["high"]), path
    by_sizes, by_prompts = (
        sum((Decimal(item["likely"]) for item in items.values()), Decimal(0)) for items in (guessed, exact)
    )
    assert abs(by_sizes / by_prompts - 1) < Decimal("0.1")


def test_the_bills_stay_below_the_worst_case_that_was_shown(tmp_path: Path) -> None:
    project = new_project(tmp_path)
    project.write([f"m{number}" for number in range(130)])
    wordy = Upstream(reply=lambda _: "word " * 3_000, otherwise=Turn(chunk_chars=10_000))
    with InThread(wordy) as upstream:
        project.configure(upstream.base_url, "max_concurrency = 16")
        plan = project.json("batch", "plan", "explain", ".")
        assert plan["priced_exactly"] < len([item for item in plan["items"] if item["path"].startswith("m")]) == 130
        project.run("batch", "run", "explain", ".", "--yes")
        assert len(upstream.seen) >= 130
    assert 0 < project.booked() <= Decimal(plan["total"]["most"])
