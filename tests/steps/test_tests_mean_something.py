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


def reason(code: str, target: str = "two") -> str:
    """Why added tests are refused; empty if they are accepted."""
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
    assert reason(f"def test_it():\n    {body}\n").startswith("the test 'test_it' ")


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
    assert reason(code).startswith("the test 'test_it' ")


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
    assert reason(code) == ""


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
    assert reason(f"def test_it():\n    {body}\n", target) == ""


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


def _test_of(language: str, body: str) -> str:
    """A test of a language with one statement."""
    return {
        "javascript": f"test('x', () => {{ {body}; }});",
        "typescript": f"it('x', () => {{ {body}; }});",
        "rust": f"#[test]\nfn a() {{ {body}; }}",
        "go": f"func TestTwo(t *testing.T) {{\n\t{body}\n}}",
        "java": f"@Test void a() {{ {body}; }}",
        "kotlin": f"@Test fun a() {{ {body} }}",
        "csharp": f"[Fact] public void A() {{ {body}; }}",
        "php": f"public function testTwo(): void {{ {body}; }}",
        "c": f"void test_two(void) {{ {body}; }}",
        "cpp": f"TEST(Two, Works) {{ {body}; }}",
        "lua": f"it('x', function() {body} end)",
        "ruby": f"def test_two\n  {body}\nend",
    }[language]


_CONSTANT = {
    "javascript": ("two(1); expect(true).toBe(true)", "expect(2).toBe(two(1))"),
    "typescript": ("two(1); expect(1).toEqual(1)", "expect(two(1)).toEqual(2)"),
    "rust": ("two(1); assert!(true)", "assert!(two(1) == 2)"),
    "go": ("two(1); assert.True(t, true)", "assert.Equal(t, 2, two(1))"),
    "java": ("two(1); assertTrue(true)", "assertTrue(two(1) == 2)"),
    "kotlin": ("two(1); assertEquals(1, 1)", "assertEquals(2, two(1))"),
    "csharp": ("Two(1); Assert.True(true)", "Assert.Equal(2, Two(1))"),
    "php": ("two(1); $this->assertTrue(true)", "$this->assertSame(2, two(1))"),
    "c": ("two(1); assert(1)", "assert(two(1) == 2)"),
    "cpp": ("two(1); EXPECT_TRUE(true)", "EXPECT_EQ(two(1), 2)"),
    "lua": ("two(1) assert(true)", "assert(two(1) == 2)"),
    "ruby": ("two(1); assert(true)", "assert_equal(2, two(1))"),
}
_SKIPPED = {
    "javascript": "test.skip('x', () => { expect(two(1)).toBe(2); }); it.todo('more');",
    "typescript": "xit('x', () => { expect(two(1)).toBe(2); }); it.skip('y', () => { expect(two(1)).toBe(2); });",
    "rust": "#[test]\n#[ignore]\nfn a() { assert_eq!(two(1), 2); }",
    "go": 'func TestTwo(t *testing.T) {\n\tt.Skip("later")\n\tassert.Equal(t, 2, two(1))\n}',
    "java": "@Disabled @Test void a() { assertEquals(2, two(1)); }",
    "kotlin": '@Test @Ignore("later") fun a() { assertEquals(2, two(1)) }',
    "csharp": '[Fact(Skip = "later")] public void A() { Assert.Equal(2, Two(1)); }',
    "php": "public function testTwo(): void { $this->markTestSkipped('later'); $this->assertSame(2, two(1)); }",
    "c": 'void test_two(void) { TEST_IGNORE_MESSAGE("later"); TEST_ASSERT_EQUAL(2, two(1)); }',
    "cpp": "TEST(Two, DISABLED_Works) { EXPECT_EQ(two(1), 2); }",
    "lua": "pending('x', function() assert(two(1) == 2) end)",
    "ruby": "def test_two\n  skip 'later'\n  assert_equal(2, two(1))\nend",
}


def _fault(language: str, code: str) -> str:
    testing, comments = specs()[language].tests, specs()[language].comments
    assert isinstance(testing.merge, Merge)
    assert isinstance(testing.signs, Signs)
    found = asserts_by_signs(code, testing.signs, comments, testing.merge, frozenset(("two", "Two")))
    return found.reason if found else ""


def test_every_language_that_has_a_test_contract_has_its_siblings_here() -> None:
    by_signs = {name for name, spec in specs().items() if isinstance(spec.tests.signs, Signs)}
    assert by_signs - {"javascriptreact", "typescriptreact"} == _CONSTANT.keys() == _SKIPPED.keys()
    assert _ALIASED.keys() == _NAMED.keys() == _OF_A_GROUP.keys() == _CONSTANT.keys()


@pytest.mark.parametrize("language", sorted(_CONSTANT))
def test_an_assertion_about_constants_is_none_in_any_language(language: str) -> None:
    vacuous, sound = _CONSTANT[language]
    assert "depends on a call" in _fault(language, _test_of(language, vacuous))
    assert _fault(language, _test_of(language, sound)) == ""


@pytest.mark.parametrize("language", sorted(_SKIPPED))
def test_tests_that_are_all_skipped_are_refused_in_any_language(language: str) -> None:
    assert "skipped" in _fault(language, _SKIPPED[language])
    sound = _test_of(language, _CONSTANT[language][1])
    assert _fault(language, f"{_SKIPPED[language]}\n{sound}") == ""


_ALIASED = {
    "javascript": (
        "const again = cart.two; expect(again).toBeDefined()",
        "const again = two; expect(again(1)).toBe(2)",
    ),
    "typescript": (
        "const again: Doubling = two; expect(again).not.toBeNull()",
        "const got = two(1); expect(got).toBe(2)",
    ),
    "rust": ("let again = two; assert!(again == two)", "let again = two; assert_eq!(again(1), 2)"),
    "go": ("again := two; assert.NotNil(t, again)", "again := two; assert.Equal(t, 2, again(1))"),
    "java": ("Doubling again = Cart::two; assertNotNull(again)", "int got = Cart.two(1); assertEquals(2, got)"),
    "kotlin": ("val again = ::two; assertNotNull(again)", "val again = ::two; assertEquals(2, again(1))"),
    "csharp": ("Func<int, int> again = Cart.Two; Assert.NotNull(again)", "var got = Cart.Two(1); Assert.Equal(2, got)"),
    "php": ("$again = two(...); $this->assertNotNull($again)", "$got = two(1); $this->assertSame(2, $got)"),
    "c": ("int (*again)(int); again = &two; assert(again)", "int got = two(1); assert(got == 2)"),
    "cpp": ("auto again = &two; EXPECT_NE(again, nullptr)", "auto again = two; EXPECT_EQ(again(1), 2)"),
    "lua": ("local again = cart.two assert(again)", "local again = cart.two assert(again(1) == 2)"),
    "ruby": ("again = method(:two); refute_nil(again)", "again = method(:two); assert_equal(2, again.call(1))"),
}
_NAMED = {
    "javascript": (
        "two(1); const expected = 2; expect(expected).toBe(2)",
        "const expected = 2; expect(two(1)).toBe(expected)",
    ),
    "typescript": (
        "two(1); const same: boolean = true; expect(same).toBe(true)",
        "const n: number = 2; expect(two(1)).toBe(n)",
    ),
    "rust": ("two(1); let same = true; assert!(same)", "let n = 2; assert_eq!(two(1), n)"),
    "go": ("two(1); same := true; assert.True(t, same)", "want := 2; assert.Equal(t, want, two(1))"),
    "java": ("two(1); boolean same = true; assertTrue(same)", "int want = 2; assertEquals(want, two(1))"),
    "kotlin": ("two(1); val same = true; assertTrue(same)", "val want: Int = 2; assertEquals(want, two(1))"),
    "csharp": ("Two(1); var same = true; Assert.True(same)", "var want = 2; Assert.Equal(want, Two(1))"),
    "php": ("two(1); $same = true; $this->assertTrue($same)", "$want = 2; $this->assertSame($want, two(1))"),
    "c": ("two(1); int same = 1; assert(same)", "int want = 2; assert(two(1) == want)"),
    "cpp": ("two(1); bool same = true; EXPECT_TRUE(same)", "int want = 2; EXPECT_EQ(two(1), want)"),
    "lua": ("two(1) local same = true assert(same)", "local want = 2 assert(two(1) == want)"),
    "ruby": ("two(1); same = true; assert(same)", "want = 2; assert_equal(want, two(1))"),
}
_OF_A_GROUP = {
    "javascript": [
        "describe.skip('two', () => {{ {} }});",
        "xdescribe('two', function () {{ {} }});",
        "describe('two', () => {{ beforeEach(function () {{ this.skip(); }}); {} }});",
    ],
    "typescript": ["suite.skip('two', () => {{ {} }});", "describe.skip.each([1])('two', () => {{ {} }});"],
    "java": [
        "@Disabled class TwoTest {{ {} }}",
        '@Ignore("later") public final class TwoTest extends Base {{ {} }}',
        "class TwoTest {{ @BeforeEach void set() {{ Assumptions.abort(); }} {} }}",
    ],
    "kotlin": ["@Disabled\nclass TwoTest {{ {} }}", '@Ignore("x") internal class TwoTest : Base() {{ {} }}'],
    "csharp": [
        '[TestFixture, Ignore("later")] public class TwoTest {{ {} }}',
        "[Explicit] public sealed class TwoTest : Base {{ {} }}",
        "public class TwoTest {{ [SetUp] public void Set() {{ Assert.Ignore(); }} {} }}",
    ],
    "php": ["protected function setUp(): void {{ parent::setUp(); $this->markTestSkipped('x'); }} {}"],
    "c": ['void setUp(void) {{ TEST_IGNORE_MESSAGE("x"); }} {}'],
    "cpp": [
        "class Two : public ::testing::Test {{ void SetUp() override {{ GTEST_SKIP(); }} }}; {}",
        'TEST_SUITE("two" * doctest::skip()) {{ {} }}',
    ],
    "lua": [
        "function TestTwo:setUp() lu.skip('x') end {}",
        "describe('x', function() before_each(function() pending('x') end) {} end)",
    ],
    "ruby": [
        "def setup\n  skip 'x'\nend\n{}",
        "xdescribe 'two' do\n {}\nend",
        "describe 'two', skip: true do\n {}\nend",
        "before {{ skip }}\n{}",
    ],
    "go": [
        "func TestMain(m *testing.M) {{ os.Exit(0) }}\n{}",
        'func (s *Suite) SetupTest() {{ s.T().Skip("x") }}\n{}',
    ],
    "rust": ["#[cfg(any())]\nmod tests {{ {} }}", "#[cfg(FALSE)] pub mod checks {{ {} }}"],
}
_OF_NO_GROUP = {
    "javascript": "describe.skip('other', () => {{ it('a', () => {{ expect(two(0)).toBe(0); }}); }}); {}",
    "java": "@Disabled class Other {{ @Test void b() {{ assertEquals(0, two(0)); }} }} class TwoTest {{ {} }}",
    "kotlin": "@Ignore class Other {{ @Test fun b() {{ assertEquals(0, two(0)) }} }} class TwoTest {{ {} }}",
    "csharp": '[Ignore("x")] class Other {{ [Fact] void B() {{ Assert.Equal(0, Two(0)); }} }} class TwoTest {{ {} }}',
    "go": "func TestMain(m *testing.M) {{ os.Exit(m.Run()) }}\n{}",
    "rust": "#[cfg(test)]\nmod tests {{ {} }}",
    "php": "protected function setUp(): void {{ if (!X) {{ $this->markTestSkipped('x'); }} }} {}",
    "c": "void setUp(void) {{ reset(); }} {}",
    "cpp": "class Two : public ::testing::Test {{ void SetUp() override {{ if (!x) GTEST_SKIP(); }} }}; {}",
    "ruby": "def setup\n  @x = 1\nend\n{}",
    "lua": "function TestTwo:setUp() reset() end {}",
}


@pytest.mark.parametrize("language", sorted(_ALIASED))
@pytest.mark.parametrize("kind", ["alias", "constant"])
def test_an_alias_of_the_target_and_a_named_constant_say_no_more_than_what_they_stand_for(
    language: str, kind: str
) -> None:
    vacuous, sound = (_ALIASED if kind == "alias" else _NAMED)[language]
    assert "depends on a call" in _fault(language, _test_of(language, vacuous))
    assert _fault(language, _test_of(language, sound)) == ""


@pytest.mark.parametrize(
    ("language", "group"), [(name, one) for name in sorted(_OF_A_GROUP) for one in _OF_A_GROUP[name]]
)
def test_a_group_that_is_skipped_skips_its_tests_in_any_language(language: str, group: str) -> None:
    sound = _test_of(language, _CONSTANT[language][1])
    assert "skipped" in _fault(language, group.format(sound))


@pytest.mark.parametrize("language", sorted(_OF_NO_GROUP))
def test_a_test_outside_of_what_is_skipped_counts(language: str) -> None:
    assert _fault(language, _OF_NO_GROUP[language].format(_test_of(language, _CONSTANT[language][1]))) == ""


@pytest.mark.parametrize(
    ("language", "setting", "call"),
    [
        ("javascript", "const eq = assert.equal;", "eq({}, {})"),
        ("typescript", "const same = assert.deepStrictEqual;", "same({}, {})"),
        ("ruby", "eq = method(:assert_equal);", "eq.call({}, {})"),
        ("lua", "local eq = assert.are.equal", "eq({}, {})"),
        ("go", "eq := assert.Equal;", "eq(t, {}, {})"),
    ],
)
def test_another_name_of_an_assertion_is_held_to_the_same(language: str, setting: str, call: str) -> None:
    assert _fault(language, _test_of(language, f"{setting} {call.format('two(1)', '2')}")) == ""
    assert _fault(language, _test_of(language, f"{setting} two(1) {call.format('1', '1')}")) != ""
