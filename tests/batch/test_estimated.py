"""A plan of many files is priced by their sizes: held against the plans with every prompt, and against the bills."""

from __future__ import annotations

import random
import shutil
import sysconfig
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from routerd.adapters.tokenizer import TiktokenCounter
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


def _unlike_the_others(seed: int) -> dict[str, str]:
    """Modules whose tokens for each character, or symbols for each token, are far from those of the sampled ones."""
    chance = random.Random(seed)

    def holding(lines: Iterable[str]) -> str:
        listed = "".join(f'        "{line}",\n' for line in lines)
        return f"def table(a):\n    b = [\n{listed}    ]\n    return a + len(b)\n"

    def line(first: int, last: int) -> str:
        return "".join(chr(chance.randint(first, last)) for _ in range(60))

    return {
        "rare": holding(line(0x20000, 0x2A000) for _ in range(chance.randint(1, 60))),
        "korean": holding(line(0xAC00, 0xD7A3) for _ in range(chance.randint(1, 200))),
        "digits": holding(f"{chance.getrandbits(240):060x}" for _ in range(chance.randint(1, 300))),
        "spaces": holding(" " * 60 for _ in range(chance.randint(1, 300))),
        "many": "".join(f"def f{number}(a): return a + {number}\n" for number in range(chance.randint(100, 400))),
        "tiny": "def t(a):\n    return a\n",
    }


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("action", ["explain", "document"])
def test_no_file_costs_more_than_its_own_worst_case_and_each_is_asked_within_it(
    tmp_path: Path, action: str, seed: int
) -> None:
    """Each answer is as long as it may be, and none is accepted: nothing costs more."""
    project = new_project(tmp_path)
    # Of 126 files 48 are planned with their prompts, every 2.66th: none of those at these places is.
    unlike = dict(zip((1, 4, 6, 9, 12, 14), _unlike_the_others(seed).values(), strict=True))
    project.write([f"m{place:03}" for place in range(126) if place not in unlike])
    for place, text in unlike.items():
        (project.root / f"m{place:03}.py").write_text(text, "utf-8")
    wordy = Upstream(reply="word " * 30_000, otherwise=Turn(chunk_chars=200_000), count=TiktokenCounter().count)
    with InThread(wordy) as upstream:
        project.configure(upstream.base_url, "max_concurrency = 16")
        plan = project.json("batch", "plan", action, ".")
        assert plan["priced_exactly"] < len(plan["items"]) - 70
        project.run("batch", "run", action, ".", "--yes")
    billed = dict(project.ledger("SELECT job, SUM(cost) FROM attempts GROUP BY job"))
    costs = {job.rpartition("-")[2]: Decimal(pico) / 10**12 for job, pico in billed.items()}
    for item in plan["items"]:
        assert 0 < costs[item["id"]] <= Decimal(item["most"]), item["path"]
