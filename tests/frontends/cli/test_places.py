"""FILE:LINE:COLUMN as it is typed: a place, a file that bears such a name, or a sentence that says what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from routerd.domain.errors import UsageError
from routerd.domain.position import Position
from routerd.frontends.cli.file_position import split

NAME = st.text("abc.-_é ", min_size=1, max_size=8).filter(lambda name: name.strip(". "))
NUMBER = st.integers(1, 999_999_999)


@given(name=NAME, line=NUMBER, column=NUMBER)
def test_numbers_are_a_place_counted_from_one(name: str, line: int, column: int) -> None:
    assert split(f"{name}:{line}") == (Path(name), Position(line - 1, 0))
    assert split(f"{name}:{line}:{column}") == (Path(name), Position(line - 1, column - 1))


@given(
    name=NAME,
    rest=st.text(st.characters(codec="utf-8", exclude_characters=":/\\\0\n"), max_size=12).filter(
        lambda rest: not rest.isdecimal()
    ),
)
@example(name="nosuch", rest="abc")
@example(name="shop.py", rest="")
@example(name="shop.py", rest="-1")
@example(name="shop.py", rest="4-9")
@example(name="shop.py", rest="²")
@example(name="shop.py", rest="4x")
def test_what_is_no_number_is_named_as_no_line(name: str, rest: str) -> None:
    with pytest.raises(UsageError) as told:
        split(f"{name}:{rest}")
    assert f"'{rest}' is no line: write {name}:LINE" in str(told.value)


@pytest.mark.parametrize("where", ["shop.py:" + "9" * 10, "shop.py:" + "9" * 5_000, "shop.py:1:" + "9" * 5_000])
def test_a_number_that_no_file_has_lines_for_is_no_line_either(where: str) -> None:
    with pytest.raises(UsageError, match="is no line"):
        split(where)


@pytest.mark.parametrize("where", ["src/a:b/c.py", "file:///shop.py", "a:b\\c.py", "shop.py", ":abc"])
def test_a_colon_inside_a_path_is_a_part_of_it(where: str) -> None:
    assert split(where) == (Path(where), None)


def test_a_file_that_bears_such_a_name_is_that_file(tmp_path: Path) -> None:
    file = tmp_path / "notes:abc"
    try:
        file.write_text("", "utf-8")
    except OSError:
        pytest.skip("no such names here")
    assert split(str(file)) == (file, None)
