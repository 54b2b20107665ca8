"""The review by what it says on mature files, judged by hand, and by what it finds of planted bugs."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest

from tests.offline.asking import question, reply

HERE = Path(__file__).parent
PLANTED = re.findall(
    r"^=== (known|unknown): (.+)\n((?:(?!=== ).*\n)*)", (HERE / "planted_bugs.txt").read_text("utf-8"), re.M
)
MISSED = {
    *("wrong operator", "inverted condition", "recursion without return", "one step too far"),
    *("generator used twice", "rows are one list", "default of get is lost"),
    *("file is never closed", "closure over the loop's variable"),
}
"""Nothing in the source says what was meant, or no check looks for it."""


@dataclass(frozen=True)
class Judged:
    """One line of the list; ``rule`` is empty for a file without a finding."""

    half: str
    package: str
    path: str
    line: int = 0
    rule: str = ""
    worth: bool = False


def judged() -> list[Judged]:
    found = []
    for line in (HERE / "judged_findings.txt").read_text("utf-8").splitlines():
        half, *rest = line.split(" | ")
        if half.startswith("#"):
            continue
        if len(rest) == 2:
            found.append(Judged(half, rest[0], rest[1]))
        else:
            package, place, rule, judgement = rest
            path, _, number = place.rpartition(":")
            found.append(Judged(half, package, path, int(number), rule, judgement.startswith("yes")))
    return found


async def findings(source: str, path: str = "sample.py") -> list[tuple[int, str]]:
    answer = await reply(question("review", source, path=path))
    return [(found["line"], found["rule"]) for found in json.loads(answer.text)["findings"]]


@pytest.mark.parametrize(("half", "files"), [("tuned", 200), ("unseen", 200), ("last", 400)])
def test_four_of_five_findings_on_mature_files_are_worth_a_comment(half: str, files: int) -> None:
    mine = [one for one in judged() if one.half == half]
    assert len({one.path for one in mine}) == files
    shown = [one for one in mine if one.rule]
    assert sum(one.worth for one in shown) >= 0.8 * len(shown) > 0


def test_four_of_five_findings_that_are_left_of_six_fresh_samples_are_worth_a_comment() -> None:
    shown = [one for one in judged() if one.half == "fresh"]
    assert sum(one.worth for one in shown) >= 0.8 * len(shown) > 0


async def test_the_review_says_what_was_judged_on_every_file_that_is_installed_here() -> None:
    installed = {f"{one.metadata['Name']} {one.version}": one for one in distributions()}
    mine = [one for one in judged() if one.package in installed]
    for path in {one.path for one in mine}:
        named = [one for one in mine if one.path == path]
        source = _source(installed[named[0].package], path)
        wanted = Counter((one.line, one.rule) for one in named if one.rule)
        assert Counter(await findings(source, Path(path).name)) == wanted, path


def _source(package: Distribution, path: str) -> str:
    return Path(str(package.locate_file(path))).read_text("utf-8")


@pytest.mark.parametrize(("name", "source"), [(name, source) for _, name, source in PLANTED])
async def test_a_planted_bug_is_found_unless_no_check_can_know_it(name: str, source: str) -> None:
    assert bool(await findings(source)) != (name in MISSED)


def test_of_25_planted_bugs_at_least_15_are_found() -> None:
    assert len(PLANTED) == 25
    assert 25 - len(MISSED) >= 15
