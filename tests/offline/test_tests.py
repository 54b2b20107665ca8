"""The generated tests: worked out and never run by routerd, green when run, and nothing besides."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from ruff import find_ruff_bin  # type: ignore[import-untyped]  # ruff ships no types

from routerd.domain.errors import UpstreamError
from routerd.domain.reply import Change
from tests.offline.asking import judged, question, reply

ADD = 'def add(a, b):\n    """Add.\n\n    >>> add(1, 2)\n    3\n    """\n    return a + b\n'
SOURCE = '''\
def clamp(value, low, high):
    """Keep a value within bounds.

    >>> clamp(-1, 2, 5)
    2
    """
    return max(low, min(value, high))


def greet(name):
    """Greet.

    >>> print(f"Hi {name_of(name)}")
    """
    return f"Hi {name}"


def hail(name):
    """Hail somebody.

    >>> print("Hi " + hail("Ann"))
    Hi Ann
    """
    return name


def ratio(part, whole):
    """Divide.

    >>> ratio(1, 0)
    Traceback (most recent call last):
    ZeroDivisionError: division by zero
    """
    return part / whole


class Point:
    """A point.

    >>> Point(1, 2).moved(3).x
    4
    """

    def __init__(self, x, y):
        self.x, self.y = x, y

    def moved(self, by):
        return Point(self.x + by, self.y)


def quiet(number: int) -> int:
    return 2 * number


def moving(number):
    """Count.

    >>> moving(1)  # doctest: +ELLIPSIS
    <object ...>
    """
    return object()
'''
FIRST_PARTY = 'lint.isort.known-first-party = ["sample"]'
STANDARD = ["difflib", "statistics"]


async def generated(source: str, at: str | None = None, path: str = "sample.py") -> str:
    asked = question("test", source, at, path=path)
    change: Change = judged(await reply(asked), asked)
    return change.files[0].after.string


def run(folder: Path) -> tuple[dict[str, int], str]:
    """pytest's own count of what became of the tests in a folder."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--tb=short", "-rs", str(folder)],
        cwd=folder,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return {
        word: int(count) for count, word in re.findall(r"(\d+) (passed|failed|skipped|error)", done.stdout)
    }, done.stdout


async def test_tests_of_all_that_shows_results_run_green_without_a_skip(tmp_path: Path) -> None:
    tests = await generated(SOURCE)
    (tmp_path / "sample.py").write_text(SOURCE, "utf-8")
    (tmp_path / "test_sample.py").write_text(tests, "utf-8")
    counts, output = run(tmp_path)
    assert counts == {"passed": 4}, output
    assert "inspect" not in tests
    assert "callable(" not in tests


async def test_the_written_module_passes_the_usual_linter_and_formatter() -> None:
    tests = (await generated(SOURCE)).encode()
    for command in (
        ["check", "--isolated", "--select", "E,F,I,W", "--config", FIRST_PARTY],
        ["format", "--check", "--isolated"],
    ):
        done = subprocess.run(
            [find_ruff_bin(), *command, "--stdin-filename", "tests/test_sample.py", "-"],
            input=tests,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout.decode()


async def test_where_nothing_can_be_worked_out_nothing_is_written() -> None:
    with pytest.raises(UpstreamError, match=r"^Nothing certain to test offline in `f`; a model can: routerd config"):
        await reply(question("test", "def f(x, y):\n    return x + y\n", "f"))


async def test_the_module_says_how_many_functions_could_be_worked_out() -> None:
    assert "without a model: 3 of 7 functions of sample" in await generated(SOURCE)


@pytest.mark.parametrize(
    "line",
    [
        "assert clamp(-1, 2, 5) == 2",
        'assert capsys.readouterr().out == "Hi Ann\\n"',
        "with pytest.raises(ZeroDivisionError):\n        ratio(1, 0)",
        "assert Point(1, 2).moved(3).x == 4",
    ],
)
async def test_what_a_docstring_shows_is_asserted(line: str) -> None:
    assert line in await generated(SOURCE)


@pytest.mark.parametrize("name", ["quiet", "local", "moving"])
async def test_what_shows_nothing_that_a_test_can_repeat_is_left_out(name: str) -> None:
    assert f"def test_{name}_" not in await generated(SOURCE)


async def test_the_output_of_a_docstring_is_compared_as_a_value_where_nothing_prints() -> None:
    assert "    assert add(1, 2) == 3\n" in await generated(ADD)


async def test_a_target_alone_gets_its_own_tests_alone() -> None:
    tests = await generated(SOURCE, "ratio")
    assert "from sample import ratio\n" in tests
    assert "clamp" not in tests


async def test_a_file_whose_name_is_no_identifier_is_imported_all_the_same(tmp_path: Path) -> None:
    source = ADD
    (tmp_path / "my-script.py").write_text(source, "utf-8")
    (tmp_path / "test_it.py").write_text(await generated(source, path="my-script.py"), "utf-8")
    counts, output = run(tmp_path)
    assert counts == {"passed": 1}, output


async def test_user_code_is_never_run_while_tests_are_written(tmp_path: Path) -> None:
    trap = tmp_path / "ran"
    source = f"open({str(trap)!r}, 'w').close()\n\n\n{ADD}"
    await generated(source)
    assert not trap.exists()


async def test_a_file_that_does_not_parse_and_another_language_are_refused_in_a_sentence() -> None:
    with pytest.raises(UpstreamError, match="syntax error"):
        await reply(question("test", f"{ADD}\n\ndef (:\n"))
    with pytest.raises(UpstreamError, match="for Python only"):
        await reply(question("test", "function f(a) {}\n", path="a.js", language="javascript"))


async def test_tests_of_modules_of_the_standard_library_run_green(tmp_path: Path) -> None:
    library = Path(os.__file__).parent
    for name in STANDARD:
        source = (library / f"{name}.py").read_text("utf-8")
        (tmp_path / f"test_of_{name}.py").write_text(await generated(source, path=f"{name}.py"), "utf-8")
    counts, output = run(tmp_path)
    assert set(counts) == {"passed"}, output
