"""The offline review: real faults, each quoted from the target's lines and anchored by the line."""

from __future__ import annotations

import json

import pytest

from tests.offline.asking import judged, question, reply

FAULTS = [
    ("B006", "def f(x=[]):\n    x.append(1)\n    return x\n", 1),
    ("E722", "def f():\n    try:\n        g()\n    except:\n        pass\n\n\ndef g(): ...\n", 4),
    ("unreachable", "def f(x):\n    return x\n    x = 1\n", 3),
    ("missing-await", "async def go():\n    return 1\n\n\nasync def f():\n    go()\n", 6),
    ("missing-await", "class A:\n    async def go(self): ...\n    async def f(self):\n        self.go()\n", 4),
    ("F632", "def f(x):\n    return x is 'a'\n", 2),
    ("changed-in-loop", "def f(xs):\n    for x in xs:\n        xs.remove(x)\n", 3),
    ("changed-in-loop", "def f(xs):\n    for x, y in xs.items():\n        if y:\n            del xs[x]\n", 4),
    ("same-test", "def f(x):\n    if x == 1:\n        pass\n    elif x == 1:\n        pass\n", 4),
    ("wrong-arguments", "def f(a, b=1): ...\n\n\nf()\n", 4),
    ("wrong-arguments", "def f(a, *, b): ...\n\n\nf(1)\n", 4),
    ("wrong-arguments", "def f(a): ...\n\n\nf(1, 2)\n", 4),
    ("wrong-arguments", "def f(a): ...\n\n\nf(1, c=2)\n", 4),
    ("index-past-end", "def f(xs):\n    return xs[len(xs)]\n", 2),
    ("float-index", "def f(xs):\n    for at in range(len(xs) / 2):\n        yield at\n", 2),
    ("text-and-number", "def f(xs):\n    return 'n: ' + len(xs)\n", 2),
    ("lost-result", "def f(xs):\n    xs = xs.sort()\n    return xs\n", 2),
    ("endless-loop", "def f(n):\n    i = 0\n    while i < n:\n        print(n)\n", 3),
    ("missing-f", "def f(name):\n    raise ValueError('no {name}')\n", 2),
    ("F821", "def f():\n    return missing\n", 2),
]


@pytest.mark.parametrize(
    ("rule", "source", "line"), FAULTS, ids=lambda value: value if isinstance(value, str) else None
)
async def test_a_fault_is_found_on_its_line(rule: str, source: str, line: int) -> None:
    asked = question("review", source)
    change = judged(await reply(asked), asked)
    assert change.findings is not None
    assert (rule, line) in [(finding.rule, finding.span.start.line + 1) for finding in change.findings]
    assert change.dropped_findings == 0


@pytest.mark.parametrize(
    "source",
    [
        "def f(x=()):\n    with open(x) as file:\n        return file.read()\n",
        "def f(p):\n    file = open(p)\n    file.close()\n",
        "def f(p):\n    return open(p)\n",
        "def f():\n    return\n    yield\n",
        "def f(x):\n    while True:\n        if x():\n            return 1\n",
        "def f(xs):\n    for x in xs:\n        xs.remove(x)\n        break\n",
        "async def go(): ...\n\n\nasync def f():\n    await go()\n",
        "import sys\n\n\ndef f(x):\n    if x:\n        return 1\n    sys.exit(2)\n",
        "def f(x, id, list):\n    return x is None, id, list\n",
        "def f(x=[]):\n    return x[0]\n",
        "def f(g):\n    try:\n        g()\n    except:  # whatever it is, the next one is tried\n        pass\n",
        "def f(g, log):\n    try:\n        g()\n    except Exception:\n        log()\n",
        "def f(g):\n    try:\n        g()\n    except ValueError:\n        raise\n    except:\n        return 1\n",
        "def f(todo):\n    for one in todo:\n        todo.append(one.next)\n",
        "def f(a, b=1, *c, **d): ...\n\n\nf(1, 2, 3, e=4)\nf(*[1])\nf(**{})\n",
        "def f(a): ...\n\n\ndef g(f):\n    return f()\n",
        "def f(x):\n    while x < 1:\n        x = x + 1\n    while x.y < 1:\n        x.go()\n",
        "def f(name):\n    raise ValueError('no {name}'.format(name=name))\n",
        "globals().update(a=1)\n\n\ndef f():\n    return a\n",
        "def f(x):\n    try:\n        len(x)\n    except TypeError:\n        return 1\n    return 2\n",
    ],
)
async def test_sound_code_gets_no_warning(source: str) -> None:
    found = json.loads((await reply(question("review", source))).text)["findings"]
    assert [item for item in found if item["severity"] in ("error", "warning")] == []


async def test_only_the_lines_of_the_target_are_reviewed() -> None:
    asked = question("review", "def f(x=[]):\n    return x\n\n\ndef g(y={}):\n    return y\n", "g")
    found = json.loads((await reply(asked)).text)["findings"]
    assert [item["line"] for item in found] == [5]


async def test_a_line_that_stands_twice_is_quoted_with_what_follows_until_it_is_unique() -> None:
    source = "def f(g):\n" + "".join(f"    try:\n        g({n})\n    except:\n        x = {n}\n" for n in (1, 2))
    asked = question("review", source)
    change = judged(await reply(asked), asked)
    lines = [f.span.start.line + 1 for f in change.findings or () if f.rule == "E722"]
    assert lines == [4, 8]


async def test_a_file_that_does_not_parse_is_reviewed_where_its_symbols_do() -> None:
    asked = question("review", "def f(x):\n    return x\n    x = 1\n\n\ndef broken(:\n    pass\n")
    rules = {item["rule"] for item in json.loads((await reply(asked)).text)["findings"]}
    assert {"unreachable", "invalid-syntax"} <= rules


async def test_a_safe_fix_of_the_linter_becomes_the_replacement_of_the_quoted_line() -> None:
    asked = question("review", "def f(x):\n    return x is 'a'  # 😀\n")
    change = judged(await reply(asked), asked)
    fixes = [finding.fix.new for finding in change.findings or () if finding.fix]
    assert fixes == ["return x == 'a'  # 😀"]


async def test_other_languages_get_leftovers_of_debugging_and_no_opinion_on_length() -> None:
    body = "\n".join(f"  step({n});" for n in range(90))
    source = f"// TODO: split\nfunction f() {{\n  console.log('x');\n{body}\n}}\n"
    asked = question("review", source, path="a.js", language="javascript")
    change = judged(await reply(asked), asked)
    assert {finding.rule for finding in change.findings or ()} == {"debug-leftover"}


async def test_a_merge_conflict_that_was_left_behind_is_an_error() -> None:
    asked = question("review", "a: 1\n<<<<<<< HEAD\nb: 2\n", path="a.yaml", language="yaml")
    (found,) = judged(await reply(asked), asked).findings or ()
    assert (found.rule, found.severity.value, found.span.start.line) == ("merge-conflict", "error", 1)


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    return get_ipython()\n",
        "def f(x=[]):\n    return x\n",
    ],
)
async def test_what_may_be_meant_is_no_error(source: str) -> None:
    found = json.loads((await reply(question("review", source))).text)["findings"]
    assert found
    assert "error" not in [item["severity"] for item in found]


async def test_what_python_itself_refuses_is_an_error() -> None:
    found = json.loads((await reply(question("review", "def f():\n    return '%d %d' % (1,)\n"))).text)["findings"]
    assert [item["severity"] for item in found] == ["error"]
    found = json.loads((await reply(question("review", "def f(:\n    pass\n"))).text)["findings"]
    assert "error" in [item["severity"] for item in found]


@pytest.mark.parametrize(
    ("language", "path", "source"),
    [
        ("typescript", "a.ts", "export interface Box<in out T> {\n  get(): T;\n}\n"),
        ("go", "a.go", "package a\n\nfunc f() { ]] }\n"),
        ("rust", "a.rs", "fn f() { ]] }\n"),
    ],
)
async def test_a_gap_of_the_grammar_is_no_finding(language: str, path: str, source: str) -> None:
    assert json.loads((await reply(question("review", source, path=path, language=language))).text)["findings"] == []
