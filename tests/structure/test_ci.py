"""CI counts every test once, fails for a part that fails or runs no test, and runs what README.md says."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import QUICK, SLOW
from tests.structure.test_structure import ROOT

PARTS = ROOT / ".ci" / "parts.py"


def ran(*words: str) -> tuple[int, list[str]]:
    done = subprocess.run([sys.executable, PARTS, *words], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout.splitlines()


def closing(line: str) -> str:
    return f'echo "{line}"'


@pytest.mark.parametrize(
    ("line", "counted"),
    [
        ("12 passed in 3.42s", {"passed": 12}),
        ("1 failed, 11 passed, 2 skipped, 4 deselected in 63.42s (0:01:03)", {"failed": 1, "passed": 11, "skipped": 2}),
        ("=== 3 passed, 2 errors in 0.10s ===", {"passed": 3, "failed": 2}),
        ("no tests ran in 0.01s", {}),
        ("it took 3 passed in words", {}),
    ],
)
def test_the_closing_line_of_a_part_is_read(line: str, counted: dict[str, int]) -> None:
    spec = importlib.util.spec_from_file_location("parts", PARTS)
    assert spec is not None
    assert spec.loader is not None
    sys.modules["parts"] = parts = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(parts)
    found = parts.counts(line)
    assert {word: found[word] for word in parts.COUNTED if found[word]} == counted


def test_the_last_line_counts_all_parts_and_skips_are_listed() -> None:
    skip = closing("SKIPPED [1] tests/x.py:3: there is no fish here")
    code, lines = ran(
        "quick", closing("7 passed in 1.00s"), "slow", f"{skip}; {closing('2 passed, 1 skipped in 9.1s')}"
    )
    assert (code, lines[-1]) == (0, "9 passed, 0 failed, 1 skipped")
    assert "slow: SKIPPED [1] tests/x.py:3: there is no fish here" in lines


@pytest.mark.parametrize(
    "bad",
    [
        closing("1 failed, 6 passed in 1.00s") + "; exit 1",
        closing("no tests ran in 0.01s") + "; exit 5",
        closing("3 skipped in 0.01s"),
        "true",
        "exit 1",
    ],
)
def test_a_part_that_fails_or_runs_no_test_fails_all_and_the_others_still_run(bad: str) -> None:
    code, lines = ran("first", bad, "second", closing("2 passed in 1.00s"))
    assert code == 1
    assert any("first" in line and "FAILED" in line for line in lines)
    assert lines[-1].startswith(("2 passed", "8 passed"))


def test_the_parts_of_ci_are_the_marks_and_no_test_is_in_two() -> None:
    text = (ROOT / ".ci" / "run").read_text("utf-8")
    marks = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]["ini_options"]["markers"]
    names = {mark.partition(":")[0] for mark in marks}
    assert {word for word in QUICK.split() if word not in {"not", "and"}} == names
    for expression in ("-m 'fuzz and not editor'", "-m 'slow and not editor and not fuzz'", "-m editor", "-m client"):
        assert expression in text


def test_what_is_called_slow_exists() -> None:
    assert not [name for name in SLOW if not (ROOT / "tests" / name).exists()]


def test_the_quick_tests_are_what_runs_where_nothing_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    for name in ("conftest.py", "property_tests.py"):
        source = (ROOT / "tests" / name).read_text("utf-8")
        (tmp_path / "tests" / name).write_text(source.replace("from tests.", "from "), "utf-8")
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\ntestpaths = tests\npythonpath = tests\naddopts = -q\n"
        "markers =\n  slow\n  fuzz\n  editor\n  client\n",
        "utf-8",
    )
    (tmp_path / "tests" / "test_all.py").write_text(
        """\
import pytest
from hypothesis import given, strategies as st
from property_tests import example_count
tried = []
@example_count(1000)
@given(st.integers())
def test_property(number): tried.append(number)
def test_count(): print("tried", len(tried))
@pytest.mark.slow
def test_slow(): pass
@pytest.mark.editor
def test_editor(): pass
""",
        "utf-8",
    )

    def counted(*words: str) -> tuple[str, int]:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-s", "-p", "no:cacheprovider", *words],
            cwd=tmp_path,
            env={**os.environ, "PYTEST_ADDOPTS": ""},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        tried = [line for line in done.stdout.splitlines() if "tried" in line]
        return done.stdout.splitlines()[-1].partition(" in ")[0], int(tried[0].split()[-1]) if tried else 0

    assert counted() == ("2 passed, 2 deselected", 10)
    assert counted("tests") == ("4 passed", 1000)
    assert counted("-m", "slow") == ("1 passed, 3 deselected", 0)
    assert counted("-m", "fuzz")[0] == "1 passed, 3 deselected"


def test_ci_installs_every_dependency_by_its_hash_from_no_named_index() -> None:
    text = (ROOT / ".ci" / "requirements.txt").read_text("utf-8")
    assert "://" not in text
    entries = [entry for entry in re.split(r"\n(?=\S)", text) if not entry.startswith("#")]
    assert all(re.match(r"[\w.\[\]-]+==\S+", entry) and "--hash=sha256:" in entry for entry in entries)
    pinned = {re.split(r"[=\[]", entry)[0].replace("_", "-").lower() for entry in entries}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["test"], *extras["lint"]]
    names = {re.split(r"[<>=!~;\[ ]", one)[0].replace("_", "-").lower() for one in wanted}
    assert names - {"routerd"} <= pinned
