"""A change is carried over to a text that moved on, or not at all."""

from __future__ import annotations

import random

import pytest

from routerd.domain.position import Edit, Position, Range, span
from routerd.domain.reply import FileChange
from routerd.domain.text import Text
from routerd.domain.verdict import Stale
from routerd.steps.anchor import anchor

_SOURCE = """\
import os


def one():
    return 1


def two():
    return 2


def three():
    return 3
"""
_TARGET = span(7, 0, 8, 12)
_DOC = Edit(span(8, 0, 8, 0), '    """Two."""\n')


def _change(*edits: Edit, source: str = _SOURCE) -> FileChange:
    return FileChange("file:///a.py", Text(source), edits or (_DOC,), 1)


def _anchored(current: str, *edits: Edit, target: Range = _TARGET, source: str = _SOURCE) -> str | None:
    """The text after the change, ``None`` where it is stale."""
    found = anchor(_change(*edits, source=source), Text(current), target)
    return None if isinstance(found, Stale) else found.after.string


def _documented(source: str) -> str:
    return source.replace("def two():\n", 'def two():\n    """Two."""\n')


def test_the_same_text_takes_the_same_edits() -> None:
    change = _change()
    assert anchor(change, Text(_SOURCE), _TARGET) is change


@pytest.mark.parametrize(
    "current",
    [
        "# new\n" + _SOURCE,
        _SOURCE.replace("return 1", "x = 1\n    return x"),
        _SOURCE.replace("import os\n\n\n", ""),
        _SOURCE + "\n\ndef four():\n    return 4\n",
        _SOURCE.replace("return 3", "return 33"),
        _SOURCE.rstrip("\n"),
    ],
    ids=["line above", "change above", "deletion above", "lines below", "change below", "final newline"],
)
def test_a_change_elsewhere_moves_the_edits_along(current: str) -> None:
    assert _anchored(current) == _documented(current)


@pytest.mark.parametrize(
    "current",
    [
        _SOURCE.replace("return 2", "return 22"),
        _SOURCE.replace("def two():", "def zwei():"),
        _SOURCE.replace("def two():\n", "def two():\n    # now\n"),
        "",
        "completely different\n",
    ],
    ids=["body", "header", "line added", "emptied", "replaced"],
)
def test_a_change_inside_the_target_is_stale(current: str) -> None:
    assert _anchored(current) is None


def test_a_copy_of_the_target_makes_it_stale_unless_its_neighbours_tell_them_apart() -> None:
    assert _anchored(_SOURCE + "\n\ndef two():\n    return 2\n") is not None
    twin = "def two():\n    return 2\n"
    middle, edit = span(2, 0, 3, 12), Edit(span(3, 0, 3, 0), "    # x\n")
    assert _anchored(twin * 4, edit, target=middle, source=twin * 3) is None
    documented = "# a\n" + twin + "def two():\n    # x\n    return 2\n" + twin
    assert _anchored("# a\n" + twin * 3, edit, target=middle, source=twin * 3) == documented


def test_a_target_that_was_moved_elsewhere_takes_its_edits_with_it() -> None:
    two = "def two():\n    return 2\n"
    moved = _SOURCE.replace(two + "\n\n", "") + "\n\n" + two
    assert _anchored(moved) == _documented(moved)


def test_other_line_ends_are_stale() -> None:
    assert _anchored(_SOURCE.replace("\n", "\r\n")) is None


def test_an_edit_outside_the_target_needs_its_own_neighbours_unchanged() -> None:
    outside = Edit(span(1, 0, 1, 0), "import re\n")
    above = "# new\n" + _SOURCE
    after = _anchored(above, _DOC, outside)
    assert after == _documented(above).replace("import os\n", "import os\nimport re\n")
    assert _anchored(_SOURCE.replace("import os", "import sys"), _DOC, outside) is None


def test_random_edits_outside_the_target_never_put_the_edit_in_a_wrong_place() -> None:
    chance = random.Random(5)
    lines = _SOURCE.splitlines(keepends=True)
    moved = 0
    for _ in range(2_000):
        current = list(lines)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(current) + 1)
            kind = chance.randrange(3)
            if kind == 0:
                current.insert(at, chance.choice(lines))
            elif current and at < len(current):
                current[at : at + 1] = [] if kind == 1 else ["# changed\n"]
        after = _anchored("".join(current))
        if after is None:
            continue
        moved += 1
        found = after.split("\n")
        at = found.index('    """Two."""')
        assert found[at - 1 : at + 2] == ["def two():", '    """Two."""', "    return 2"]
        assert "".join(line for line in after.splitlines(keepends=True) if '"""Two' not in line) == "".join(current)
    assert moved > 500


def test_the_edit_of_a_created_file_is_left_alone() -> None:
    change = FileChange("file:///new.py", Text(""), (Edit(Range(Position(0, 0), Position(0, 0)), "x\n"),), create=True)
    assert anchor(change, Text(""), Range(Position(0, 0), Position(0, 0))) is change
