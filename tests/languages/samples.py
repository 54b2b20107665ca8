"""For each language: tests of ``total`` that assert, and word for word the same tests that do not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sample:
    """Tests of one language. ``{}`` is where the assertion stands, ``call`` what stands there and asserts nothing."""

    frame: str
    assertions: tuple[str, ...]
    call: str

    def asserting(self) -> list[str]:
        return [self.frame.replace("{}", assertion) for assertion in self.assertions]

    def with_call(self, name: str) -> str:
        return self.frame.replace("{}", self.call.replace("CALL", name))


_NODE = Sample(
    'import assert from "node:assert";\nimport { total } from "./cart";\n'
    'test("should expect( the total", () => {\n  {}\n});\n',
    ("expect(total([])).toBe(0);", "assert.equal(total([]), 0);", "assert(total([]));", "total([]).should.equal(0);"),
    "CALL(total([]));",
)
SAMPLES = {
    "python": Sample(
        "from shop.cart import total\n\n\ndef test_it():\n    {}\n",
        ("assert total([]) == 0", "pytest.raises(ValueError, total)"),
        "CALL(total([]))",
    ),
    "javascript": _NODE,
    "javascriptreact": _NODE,
    "typescript": _NODE,
    "typescriptreact": _NODE,
    "go": Sample(
        'package shop\n\nimport "testing"\n\nfunc TestTotal(t *testing.T) {\n\t_ = fmt.Errorf("t.Error(")\n\t{}\n}\n',
        ('t.Fatalf("got %d", total(nil))', "assert.Equal(t, 0, total(nil))", "if total(nil) != 0 { t.Error(1) }"),
        "CALL(total(nil))",
    ),
    "rust": Sample(
        "use pretty_assertions::assert_eq;\n\n#[test]\nfn totals() {\n    {}\n}\n",
        ("assert_eq!(total(&[]), 0);", "assert!(total(&[]) == 0);", "total(&[]).unwrap_err();"),
        'CALL(total(&[]), "assert!(");',
    ),
    "java": Sample(
        "import static org.junit.Assert.assertEquals;\n\n"
        "class CartTest {\n  @Test\n  void totals() {\n    {}\n  }\n}\n",
        ("assertEquals(0, total());", "assertThat(total()).isZero();", 'fail("no" + total());'),
        'CALL(total(), "assertEquals(");',
    ),
    "c": Sample(
        "#include <assert.h>\n\nvoid test_total(void) {\n  {}\n}\n",
        ("assert(total() == 0);", "TEST_ASSERT_EQUAL(0, total());"),
        'CALL(total(), "assert(");',
    ),
    "cpp": Sample(
        "#include <cassert>\n\nTEST(Cart, total) {\n  {}\n}\n",
        ("EXPECT_EQ(0, total());", "REQUIRE(total() == 0);"),
        'CALL(total(), "EXPECT_EQ(");',
    ),
    "ruby": Sample(
        "require 'assert'\n\nRSpec.describe Cart do\n  it 'should expect(the total)' do\n    {}\n  end\nend\n",
        ("expect(total).to eq(0)", "assert_equal 0, total", "total.must_equal 0"),
        "CALL(total)",
    ),
    "csharp": Sample(
        "using static Xunit.Assert;\n\npublic class CartTests\n{\n    [Fact]\n    public void Totals()\n    {\n"
        "        {}\n    }\n}\n",
        ("Assert.Equal(0, total());", "total().Should().Be(0);"),
        'CALL(total(), "Assert.Equal(");',
    ),
    "kotlin": Sample(
        "import kotlin.test.assertEquals\n\n"
        "class CartTest {\n    @Test\n    fun `should be assertEquals(`() {\n        {}\n"
        "    }\n}\n",
        ("assertEquals(0, total())", "assertFailsWith<Oops> { total() }", "total() shouldBe 0", "verify { total() }"),
        'CALL(total(), "assertEquals(")',
    ),
    "php": Sample(
        "<?php\n\nuse function PHPUnit\\Framework\\assertSame;\n\nfinal class CartTest extends TestCase\n{\n"
        "    public function testTotal(): void\n    {\n        {}\n    }\n}\n",
        (
            "$this->assertSame(0, total());",
            "self::assertSame(0, total());",
            "$this->expectException(X::class); total();",
        ),
        'CALL(total() . "assertSame(");',
    ),
    "lua": Sample(
        "local assert = require('luassert')\n\nit('should assert(the total)', function()\n  {}\nend)\n",
        (
            "assert.are.equal(0, total())",
            "assert(total() == 0)",
            "lu.assertEquals(total(), 0)",
            "assert.is_true(total())",
        ),
        "CALL(total(), [[assert(]])",
    ),
}
