"""Mutants differ from their source by one fault in what is tested, and tests that mean something find one of them."""

from __future__ import annotations

import ast
import textwrap

import pytest

from routerd.steps.check.mutants import MOST, mutants

SOURCE = '''"""A cart — with an ellipsis… before the code."""


def total(prices, rate=0.2):
    """Return the total."""
    if not prices and rate > 1:
        raise ValueError("no prices")
    found = 0
    for price in prices:
        found += price * (1 + rate)
    return round(found, 2)


def other():
    return 41


class Cart:
    def __init__(self):
        self.items = []

    def add(self, item: "str" = "é") -> None:
        self.items.append(item)
'''


def outcomes(source: str, check: str) -> bool:
    """Whether a check passes on a source."""
    space: dict[str, object] = {}
    exec(compile(source, "source", "exec"), space)  # the source stands above
    try:
        exec(compile(check, "check", "exec"), space)  # as above
    except Exception:  # whatever it is, the check found it
        return False
    return True


def test_each_is_another_program_by_a_fault_in_the_target() -> None:
    found = mutants(SOURCE, frozenset(("total",)))
    assert 5 <= len(found) <= MOST
    assert len(set(found)) == len(found)
    original = {node.name: ast.dump(node) for node in ast.parse(SOURCE).body if hasattr(node, "name")}
    for mutant in found:
        changed = {node.name: ast.dump(node) for node in ast.parse(mutant).body if hasattr(node, "name")}
        assert [name for name in original if original[name] != changed[name]] == ["total"], mutant
        assert "Return the total." in mutant


@pytest.mark.parametrize(
    ("check", "notices"),
    [
        ("assert total([1, 2]) == 3.6", True),
        ("import math\nassert total([1, 2]) > 0", True),
        ("assert callable(total)", False),
        ("assert total.__name__ == 'total'", False),
        ("try:\n    total(None)\nexcept Exception:\n    pass", False),
    ],
)
def test_a_check_of_the_result_notices_one_and_a_check_of_nothing_none(check: str, notices: bool) -> None:
    assert outcomes(SOURCE, check)
    assert any(not outcomes(mutant, check) for mutant in mutants(SOURCE, frozenset(("total",)))) is notices


def test_the_methods_of_a_class_are_its_own_and_line_ends_stay() -> None:
    found = mutants(SOURCE.replace("\n", "\r\n"), frozenset(("Cart",)))
    assert found
    assert all("\r\n" in mutant for mutant in found)
    assert any("self.items.append" not in mutant for mutant in found)
    assert all("return 41" in mutant for mutant in found)


@pytest.mark.parametrize(
    "source",
    ["def f():\n    pass\n", "def f(:\n", "\ufeffdef f():\n    return 1\n", "def f():\n    return f'{1}'[0:]\n"],
)
def test_what_cannot_be_made_faulty_gives_no_broken_program(source: str) -> None:
    for mutant in mutants(source, frozenset(("f",))):
        ast.parse(mutant)


def test_there_are_never_more_than_ten() -> None:
    body = "\n".join(f"x += {n}" for n in range(40))
    source = f"def f(x):\n{textwrap.indent(body, '    ')}\n    return x\n"
    assert len(mutants(source, frozenset(("f",)))) == MOST
