"""A cursor on a declaration never means something else: its target contains the cursor, or there is none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from routerd.app.workspace import App
from routerd.domain.action import Request, Scope
from routerd.domain.document import Document
from routerd.domain.position import Position, Range
from routerd.domain.text import Text
from routerd.domain.verdict import Refusal
from routerd.languages import specs
from tests.golden.case import cases
from tests.pipeline.test_pipeline import home, open_app

__all__ = ["home", "open_app"]

UNREACHABLE = "http://127.0.0.1:9/v1"
CASES = (
    (
        "typescriptreact",
        "function helper(){ return 1 }\nexport const Button = forwardRef((p) => { return <a/>; });\n",
        "Button",
    ),
    ("typescriptreact", "function helper(){ return 1 }\nexport const B = memo(function inner(p){ return 1; });\n", "B"),
    ("javascript", "function helper(){ return 1 }\nexport default async (req) => { return 1; };\n", "default"),
    ("javascript", "function helper(){ return 1 }\nexport default function () { return 1; }\n", "default"),
    ("javascript", "function helper(){ return 1 }\nexport default class { a(){ return 1 } }\n", "default"),
    ("javascript", "function helper(){ return 1 }\nconst use = create((set) => ({ a: 1 }));\n", "use"),
    ("typescript", "function helper(){ return 1 }\nexport const wrap = (<T>(x: T): T => { return x; });\n", "wrap"),
    ("javascript", "function helper(){ return 1 }\nconst half = (function (x) { return x; });\n", "half"),
    ("typescript", "function helper(){ return 1 }\nexport default (async (x: number) => { return x; });\n", "default"),
    ("javascript", "function helper(){ return 1 }\nmodule.exports = function () { return 1; };\n", "exports"),
    ("javascript", "function helper(){ return 1 }\nconst LIMIT = 3;\n", "LIMIT"),
    ("typescript", "function helper(){ return 1 }\nexport const LIMIT: number = 3;\n", "LIMIT"),
    ("typescript", "function helper(){ return 1 }\nexport type A = string;\n", "A "),
    ("javascript", "function keys(a){ return { next(){ return 1 }, done: () => 2 }; }\n", "next"),
    ("javascript", "function keys(a){ return { next(){ return 1 }, done: () => 2 }; }\n", "done"),
    ("typescript", "function keys(a){ return { [Symbol.iterator]() { return 1 } }; }\n", "Symbol"),
    ("python", "MAX = 10\n\ndef f():\n    return 1\n", "MAX"),
    ("python", "class A:\n    LIMIT = 3\n    def f(self):\n        return 1\n", "LIMIT"),
    ("go", "package m\n\nconst Max = 10\n\nfunc f() int { return 1 }\n", "Max"),
    ("go", "package m\n\nvar (\n\ta = 1\n)\n\nfunc f() int { return 1 }\n", "a = "),
    ("rust", "const MAX: u8 = 10;\n\nfn f() -> u8 { 1 }\n", "MAX"),
    ("rust", "macro_rules! mine {\n    () => {};\n}\n\nfn f() -> u8 { 1 }\n", "mine"),
    ("rust", "struct A { x: u8 }\n\nfn f() -> u8 { 1 }\n", "x:"),
    ("c", "#define MAX(a) (a)\n\nint f(void) { return 1; }\n", "MAX"),
    ("c", "int limit = 3;\n\nint f(void) { return 1; }\n", "limit"),
    ("cpp", "class A {\n  operator bool() const { return true; }\n  int f() { return 1; }\n};\n", "bool"),
    ("csharp", "class A {\n    int this[int i] { get { return i; } }\n    int F() { return 1; }\n}\n", "this"),
    ("csharp", "class A {\n    ~A() { }\n    int F() { return 1; }\n}\n", "~A"),
    ("csharp", "class A {\n    const int Max = 3;\n    int F() { return 1; }\n}\n", "Max"),
    ("csharp", "class A {\n    event System.Action Done;\n    int F() { return 1; }\n}\n", "Done"),
    ("java", "class A {\n    static final int MAX = 3;\n    int f() { return 1; }\n}\n", "MAX"),
    ("ruby", "MAX = 3\n\ndef f\n  1\nend\n", "MAX"),
    ("php", "<?php\nconst MAX = 3;\n\nfunction f() { return 1; }\n", "MAX"),
    ("kotlin", "const val MAX = 3\n\nfun f(): Int { return 1 }\n", "MAX"),
    ("lua", "local MAX = 3\n\nlocal function f()\n  return 1\nend\n", "MAX"),
)
NAMED = {"Button", "B", "default", "use", "wrap", "half", "exports", "A "}
"""Of the cases those that are documented themselves: functions in calls and brackets, default exports, types."""


INNER = {"next", "done", "Symbol"}
"""Functions of an object that another function makes: nobody but themselves."""
SOURCES = {case.language: case.before for case in cases() if case.action == "document"}


@pytest.mark.parametrize("action", ["document", "test"])
async def test_what_is_not_known_is_refused_and_nothing_else_is_taken_for_it(
    action: str, open_app: Callable[..., App]
) -> None:
    app = open_app(UNREACHABLE)
    for language, source, at in CASES:
        head = source[: source.index(at)]
        cursor = Position(head.count("\n"), len(head) - head.rfind("\n") - 1)
        plan = app.plan(_request(action, language, source, cursor))
        if isinstance(plan, Refusal):
            assert at not in NAMED or "routerd knows no declaration here" not in plan.message, (language, at)
            continue
        target = plan.question.target
        assert target.scope is Scope.SYMBOL, (language, at)
        assert target.symbols
        assert all(cursor in symbol.name_span for symbol in target.symbols) or at not in INNER, (language, at)
        assert all(cursor in symbol.whole for symbol in target.symbols), (language, at)


async def test_wherever_the_cursor_is_the_target_contains_its_declaration(open_app: Callable[..., App]) -> None:
    app = open_app(UNREACHABLE)
    for language, source in SOURCES.items():
        asked, outline = 0, app.grammar.outline(Document("file:///a", 1, language, Text(source)))
        for symbol in outline.symbols:
            for cursor in (symbol.name_span.start, symbol.name_span.end, symbol.header.end):
                plan = app.plan(_request("document", language, source, cursor, replace=True))
                if isinstance(plan, Refusal):
                    continue
                asked += 1
                symbols = plan.question.target.symbols
                assert all(cursor in target.whole for target in symbols), (language, symbol.qualname, cursor)
        assert asked, language


async def test_a_cursor_on_a_blank_line_a_comment_or_an_import_still_means_the_file(
    open_app: Callable[..., App],
) -> None:
    source = "import os\n\n# A comment.\n\ndef f():\n    return os\n"
    for row in range(4):
        plan = open_app(UNREACHABLE).plan(_request("document", "python", source, Position(row, 0)))
        assert not isinstance(plan, Refusal), plan
        assert plan.question.target.scope is Scope.FILE


def _request(action: str, language: str, source: str, cursor: Position, *, replace: bool = False) -> Request:
    extension = specs()[language].extensions[0]
    document = Document(f"{Path('/p').as_uri()}/sample.{extension}", 1, language, Text(source))
    return Request(action, document, Range(cursor, cursor), replace=replace)
