"""Tests by their signs: how each framework writes a test, an assertion and an honest skip, as data."""

from __future__ import annotations

import re
from dataclasses import dataclass

from routerd.domain.verdict import Rejected


@dataclass(frozen=True, slots=True)
class _Signs:
    """Patterns over code without comments and without white space around punctuation."""

    test: str
    assertion: str
    skip: str


_NODE = _Signs(
    r"\b(test|it)(\.\w+)*(\(|`)",
    r"\bexpect(\.\w+)*\(|\bassert\b|\bshould\b|\bt\.(is|equal|deepEqual|ok|true|false|truthy|throws|same|not)\b",
    r"\b(test|it|describe)\.(skip|todo)\b|\bx(it|test|describe)\(",
)
_C = _Signs(
    r"\bvoid \w*test\w*\(|\bTEST\w*\(|\bint main\(|\bstatic \w+ \w*test\w*\(",
    r"\bassert\w*\(|\bTEST_(ASSERT|FAIL)\w*\(|\bck_assert\w*\(|\b(cr|mu)_assert\w*\(",
    r"\bTEST_IGNORE\w*\(|\bskip\(",
)
_SIGNS = {
    "javascript": _NODE,
    "javascriptreact": _NODE,
    "typescript": _NODE,
    "typescriptreact": _NODE,
    "go": _Signs(
        r"\bfunc (Test|Fuzz|Benchmark|Example)\w*\(",
        r"\b\w+\.(Errorf?|Fatalf?|Fail|FailNow)\(|\b(assert|require)\.\w+\(|\bcmp\.Diff\(|\bis\.\w+\(",
        r"\.(Skipf?|SkipNow)\(",
    ),
    "rust": _Signs(
        r"#\[(\w+::)*(test|rstest|case)\b",
        r"\b(debug_|prop_)?assert\w*!|\bpanic!|\bshould_panic\b|\bunwrap_err\(|\bexpect_err\(|\bassert_snapshot",
        r"#\[ignore",
    ),
    "java": _Signs(
        r"@(Test|ParameterizedTest|RepeatedTest|Property|TestFactory)\b",
        r"\bassert\w*\(|\bassert |\bfail\(|\bverify\(|\bexpected=",
        r"@(Disabled|Ignore)\b|\bassume\w*\(",
    ),
    "c": _C,
    "cpp": _Signs(
        r"\b(TYPED_)?TEST(_F|_P|_CASE|_CASE_METHOD)?\(|\bSCENARIO\(|\bTEMPLATE_TEST_CASE\(|\bint main\(",
        r"\b(EXPECT|ASSERT)_\w+\(|\b(CHECK|REQUIRE)\w*\(|\bassert\(|\bstatic_assert\(",
        r"\bGTEST_SKIP\(|\bSKIP\(|\bDISABLED_",
    ),
    "ruby": _Signs(
        r"\b(it|specify|example|scenario)\b ?['\"({|]|\bit do\b|\bdef test_\w+|\btest ?['\"]|\bit\{",
        r"\bexpect ?[({]|\bis_expected\b|\b(assert|refute)\w*\b|\b(must|wont)_\w+|\bshould\b|\bflunk\b",
        r"\bskip\b|\bpending\b|\bxit\b",
    ),
    "csharp": _Signs(
        r"\[(Fact|Theory|Test|TestCase|TestMethod|DataTestMethod)\b",
        r"\b\w*Assert\w*\.\w+|\.Should\w*\(|\bExpect\(",
        r"\bSkip=|\[Ignore|\bAssert\.(Ignore|Inconclusive)",
    ),
}


_COMMENTED = re.compile(
    r"""(?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|//[^\n]*|/\*.*?\*/""", re.S
)
_COMMENTED_RUBY = re.compile(r"""(?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|(?<![\w{])#[^\n]*""")


def asserts_by_signs(added: str, language: str) -> Rejected | None:
    """What keeps added tests from being tests; words in comments do not count."""
    signs = _SIGNS.get(language)
    if signs is None:
        return None
    comments = _COMMENTED_RUBY if language == "ruby" else _COMMENTED
    code = comments.sub(lambda found: found["string"] or " ", added)
    code = re.sub(r"\s*([^\w\s'\"])\s*", r"\1", " ".join(code.split()))
    if not re.search(signs.test, code):
        return Rejected("the reply holds no test", mechanical=True)
    if not (re.search(signs.assertion, code) or re.search(signs.skip, code)):
        return Rejected("the tests assert nothing", mechanical=True)
    return None
