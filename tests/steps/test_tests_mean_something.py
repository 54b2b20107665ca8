"""A test calls its target and asserts something that depends on what the target does; else it is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from routerd.domain.position import Edit, Position, Range
from routerd.domain.prompt import Question
from routerd.domain.reply import Change, FileChange
from routerd.domain.text import Text
from routerd.domain.verdict import Rejected
from routerd.languages import specs
from routerd.languages.spec import Merge, Signs
from routerd.steps.check.test_signs import asserts_by_signs
from routerd.steps.check.tests import check_tests
from tests.golden.case import FOLDER, GRAMMAR, load, question_of

_SOURCE = """\
class Cart:
    def __init__(self, items=()):
        self.items = list(items)

    @property
    def total(self):
        return sum(self.items)


def two(x):
    return x * 2
"""
_CASE = "import unittest\n\n\nclass TestIt(unittest.TestCase):\n    def test_it(self):\n        "
_IMPORT = "import inspect\nimport pytest\nfrom shop.cart import {}\n\n\n"


def _reason(code: str, target: str = "two") -> str:
    case = load(FOLDER / "test/python/new_file.txt")
    asked = question_of(replace(case, before=_SOURCE, options={"target": target}, existing=None))
    assert isinstance(asked, Question)
    start = Range(Position(0, 0), Position(0, 0))
    added = _IMPORT.format(target.partition(".")[0]) + code
    change = Change((FileChange("file:///project/tests/test_cart.py", Text(""), (Edit(start, added),), create=True),))
    verdict = check_tests(change, asked, GRAMMAR)
    return verdict.reason if isinstance(verdict, Rejected) else ""


@pytest.mark.parametrize(
    "body",
    [
        "pytest.skip('nobody knows')",
        "assert callable(two)",
        "assert two is not None",
        "assert isinstance(two, object)",
        "assert two.__name__ == 'two'",
        "assert two(1) == two(1)",
        "assert list(inspect.signature(two).parameters) == ['x']",
        "assert inspect.signature(two) == inspect.signature(two)",
        "assert hasattr(two, '__call__') and callable(two)",
        "two(1)\n    assert two is not None",
        "two(1)\n    assert True",
        "expected = 2\n    two(1)\n    assert expected == 2",
        "import shop.cart\n    assert shop.cart.two is not None",
        "again = two\n    assert callable(again)",
        "two(1)",
    ],
)
def test_a_test_that_cannot_fail_by_the_target_is_refused(body: str) -> None:
    assert _reason(f"def test_it():\n    {body}\n").startswith("the test 'test_it' ")


@pytest.mark.parametrize(
    "code",
    [
        "@pytest.mark.skip(reason='later')\ndef test_it():\n    assert two(1) == 2\n",
        _CASE + "self.assertEqual(two(1), two(1))\n",
        _CASE + "self.assertIsNotNone(two)\n",
        _CASE + "self.assertTrue(callable(two))\n",
    ],
)
def test_skips_by_decorator_and_methods_of_unittest_are_held_to_the_same(code: str) -> None:
    assert _reason(code).startswith("the test 'test_it' ")


@pytest.mark.parametrize(
    "code",
    [
        "def test_it():\n    assert two(1) == 2\n",
        "def test_it():\n    result = two(1)\n    assert result == 2\n",
        "def test_it():\n    assert two(1) is not None\n",
        "def test_it():\n    assert isinstance(two(1), int)\n",
        "def test_it():\n    assert two(two(1)) == 4\n",
        "def test_it():\n    assert list(map(two, [1])) == [2]\n",
        "def test_it():\n    with pytest.raises(TypeError):\n        two()\n",
        "def test_it():\n    pytest.raises(TypeError, two)\n",
        "def test_it():\n    try:\n        two()\n    except TypeError:\n        return\n    pytest.fail('no error')\n",
        "def test_it(capsys):\n    two(1)\n    assert capsys.readouterr().out == ''\n",
        "def check(x, y):\n    assert two(x) == y\n\n\ndef test_it():\n    check(1, 2)\n",
        "@pytest.fixture\ndef made():\n    return two(1)\n\n\ndef test_it(made):\n    assert made == 2\n",
        "@pytest.mark.parametrize('f', [two])\ndef test_it(f):\n    assert f(1) == 2\n",
        "@pytest.mark.skipif(False, reason='x')\ndef test_it():\n    assert two(1) == 2\n",
        "again = two\n\n\ndef test_it():\n    assert again(1) == 2\n",
        "async def test_it():\n    assert await two(1) == 2\n",
        "class TestIt:\n    def setup_method(self):\n        self.made = two(1)\n\n"
        "    def test_it(self):\n        assert self.made == 2\n",
    ],
)
def test_a_test_that_can_fail_by_the_target_is_accepted(code: str) -> None:
    assert _reason(code) == ""


@pytest.mark.parametrize(
    ("target", "body"),
    [
        ("Cart", "assert Cart([1]).items == [1]"),
        ("Cart", "cart = Cart()\n    assert cart.items == []"),
        ("Cart.total", "assert Cart([1]).total == 1"),
        ("Cart.total", "cart = Cart([1])\n    assert cart.total == 1"),
    ],
)
def test_classes_and_their_members_count_as_called(target: str, body: str) -> None:
    assert _reason(f"def test_it():\n    {body}\n", target) == ""


_BARE = {
    "javascript": ("test('x', () => { expect(two).toBeDefined(); });", "test('x', () => { expect(two(1)).toBe(2); });"),
    "typescript": (
        "it('x', () => { expect(typeof two).toBe('function'); });",
        "it('x', () => { expect(two(1)).toBe(2); });",
    ),
    "rust": ("#[test]\nfn a() { assert_eq!(two(1), two(1)); }", "#[test]\nfn a() { assert_eq!(two(1), 2); }"),
    "go": (
        "func TestTwo(t *testing.T) { assert.NotNil(two) }",
        'func TestTwo(t *testing.T) { if two(1) != 2 { t.Fatal("no") } }',
    ),
    "java": ("@Test void a() { assertEquals(two(1), two(1)); }", "@Test void a() { assertEquals(2, two(1)); }"),
    "c": ("void test_two(void) { assert(two); }", "void test_two(void) { assert(two(1) == 2); }"),
    "lua": ("it('x', function() assert(two) end)", "it('x', function() assert(two(1) == 2) end)"),
    "ruby": ("def test_two\n  assert_equal(two(1), two(1))\nend", "def test_two\n  assert_equal(2, two(1))\nend"),
}


@pytest.mark.parametrize("language", sorted(_BARE))
def test_an_assertion_about_the_bare_name_is_none_in_any_language(language: str) -> None:
    spec = specs()[language]
    merge = spec.tests.merge
    assert isinstance(merge, Merge)
    vacuous, sound = _BARE[language]
    signs = spec.tests.signs
    assert isinstance(signs, Signs)

    def fault(code: str) -> Rejected | None:
        return asserts_by_signs(code, signs, spec.comments, merge, frozenset(("two",)))

    refused = fault(vacuous)
    assert refused is not None
    assert "depends on a call" in refused.reason
    assert fault(sound) is None
