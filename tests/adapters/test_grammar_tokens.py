"""Code tokens: what may change without them changing, and all that may not."""

from __future__ import annotations

import ast
import re
import sysconfig
from pathlib import Path

import pytest

from routerd.adapters.grammar import TreeSitterGrammar
from tests.adapters.grammar.tables import cases, read

GRAMMAR = TreeSitterGrammar()
SOURCES = [read(case)[:2] for case in cases()]
LIBRARY = Path(sysconfig.get_paths()["stdlib"])

SAME = [
    ("python", "def f(): pass", "def f():\n    '''Doc.'''\n    pass"),
    ("python", "def f(): pass", "def f():\n    '''Only a docstring.'''"),
    ("python", "def f(): 'a'; return 1", "def f():\n    return 1"),
    ("python", "class A:\n    x = 1", 'class A:\n    """Doc.\n\n    More."""\n\n    x = 1  # one'),
    ("python", "x = 1", '"""Module."""\n\nx = 1\n'),
    ("python", "f(a,\n  b)", "f(a, b)"),
    ("python", "if a:\n  b", "if a:\n      b"),
    ("python", "async def f():\n    return 1\n", "async def f():\r\n    r'''Doc.'''\r\n    return 1\r\n"),
    ("python", "class A:\n    def f(self): pass", 'class A:\n    """A."""\n    def f(self):\n        "f"'),
    ("javascript", "function f(a) { return a }", "/** Doc. */\nfunction f(a) { // c\n  return a\n}"),
    ("javascript", "a = `x\ny`", "a = `x\r\ny`"),
    ("typescript", "interface A { b: C }", "interface A {\n  /** b */\n  b: C\n}"),
    ("go", "package p\nfunc F() {}", "// Package p.\npackage p\n\n// F does.\nfunc F() {}\n"),
    ("rust", "pub fn f() {}", "//! Crate.\n/// Doc.\npub fn f() {}"),
    ("java", "class A { int f() { return 1; } }", "/** A. */ class A {\n  /** f */\n  int f() { return 1; }\n}"),
    ("c", "int f(void) { return 1; }", "/** f */\nint f(void)\n{\n  return 1; /* one */\n}"),
    ("cpp", "template <class T> T f();", "/// f\ntemplate <class T>\nT f();"),
    ("ruby", "def f(a)\n  a\nend", "# Doc.\ndef f(a)\n  a # it\nend\n"),
    ("kotlin", "class A {\n fun f() = 1\n}", "/** A. */\nclass A {\n    /** f */\n    fun f() = 1 // one\n}\n"),
    ("php", "<?php function f() { return 1; }", "<?php\n/** Doc. */\nfunction f()\n{\n    return 1; # one\n}\n"),
    ("lua", "function f(a) return a end", "--- Doc.\nfunction f(a)\n  return a --[[ it ]]\nend\n"),
    ("csharp", "class A { int F() => 1; }", "/// <summary>A</summary>\nclass A\n{\n  int F() => 1;\n}"),
]
DIFFERENT = [
    ("python", "if a:\n    b\n    c", "if a:\n    b\nc"),
    ("python", "for a in b:\n  if c:\n    d\n  else:\n    e", "for a in b:\n  if c:\n    d\nelse:\n    e"),
    ("python", "x = 'a  b'", "x = 'a b'"),
    ("python", "x = 'a\\nb'", "x = 'a\\tb'"),
    ("python", "x = f'{a } b'", "x = f'{a}  b'"),
    ("python", "x = '''a\n  b'''", "x = '''a\n b'''"),
    ("python", "def f(): pass", "def f(): ..."),
    ("python", "def f(): b'x'", "def f(): pass"),
    ("python", "def f():\n    x = 1\n    'not a docstring'", "def f():\n    x = 1"),
    ("python", "x = 1\n'after'", "x = 1"),
    ("python", "return_ = 1\nx", "return_ = 1, x"),
    ("python", "a\n-b", "a - b"),
    ("python", "x = not a", "x = nota"),
    ("python", "a = 'x' 'y'", "a = 'x', 'y'"),
    ("python", "#!/bin/python\nx", "#!/bin/other\nx"),
    ("javascript", "function f() { return\na }", "function f() { return a }"),
    ("javascript", "a\n++b", "a++\nb"),
    ("javascript", "x = a - -b", "x = a --b"),
    ("javascript", "x = `a  b`", "x = `a b`"),
    ("javascript", "x = /a  b/", "x = /a b/"),
    ("javascript", "x = a\n/b/c", "x = a\n'/b/c'"),
    ("javascriptreact", "x = <a>b <i/></a>", "x = <a>b<i/></a>"),
    ("typescript", "let a: B", "let a: C"),
    ("typescript", "type A = `a  ${B}`", "type A = `a ${B}`"),
    ("go", "package p\nfunc f() { return\nx }", "package p\nfunc f() { return x }"),
    ("go", "package p\nvar x = `a  b`", "package p\nvar x = `a b`"),
    ("go", "//go:build linux\n\npackage p", "package p"),
    ("go", "package p\nfunc f() { a\n(b) }", "package p\nfunc f() { a(b) }"),
    ("rust", 'const A: &str = "a  b";', 'const A: &str = "a b";'),
    ("rust", "fn f() { a }", "fn f() { a; }"),
    ("java", 'class A { String s = "a  b"; }', 'class A { String s = "a b"; }'),
    ("java", "class A { char c = ' '; }", "class A { char c = '\t'; }"),
    ("c", "#define A\nb;", "#define A b;"),
    ("c", "#define F(x) x", "#define F (x) x"),
    ("c", "#ifdef A\nb;\n#endif", "#ifdef A b;\n#endif"),
    ("c", "int x = a - -b;", "int x = a --b;"),
    ("cpp", 'auto s = R"(a  b)";', 'auto s = R"(a b)";'),
    ("ruby", "f [1]", "f[1]"),
    ("ruby", "x = %w[a b]", "x = %w[ab]"),
    ("ruby", "a\n-b", "a - b"),
    ("ruby", "x = <<~A\n  a  b\nA\n", "x = <<~A\n  a b\nA\n"),
    ("ruby", "# frozen_string_literal: true\nx", "x"),
    ("csharp", 'class A { string s = @"a\r\nb"; }', 'class A { string s = @"a\nb"; }'),
    ("kotlin", 'val a = "a  b"', 'val a = "a b"'),
    ("kotlin", 'val a = """a\n  b"""', 'val a = """a\n b"""'),
    ("kotlin", "fun f(): Int {\nreturn\na }", "fun f(): Int {\nreturn a }"),
    ("kotlin", "val a = ' '", "val a = '\t'"),
    ("php", "<?php $a = 'a  b';", "<?php $a = 'a b';"),
    ("php", '<?php $a = "a {$b}  c";', '<?php $a = "a {$b} c";'),
    ("php", "<?php $a = <<<X\n a  b\nX;\n", "<?php $a = <<<X\n a b\nX;\n"),
    ("php", "<?php $a = <<<'X'\n a  b\nX;\n", "<?php $a = <<<'X'\n a b\nX;\n"),
    ("php", "<?php $a = `ls  b`;", "<?php $a = `ls b`;"),
    ("php", "<b>a  b</b> <?php $a;", "<b>a b</b> <?php $a;"),
    ("php", "<?php f(); ?><i>a</i><?php g();", "<?php f(); ?><i>b</i><?php g();"),
    ("php", "<?php $a = 'it'; // don't ?>x<?php\n$b = 1;", "<?php $a = 'it'; // don't ?>y<?php\n$b = 1;"),
    ("php", "#!/usr/bin/php\n<?php $a;", "#!/usr/bin/env php\n<?php $a;"),
    ("lua", "a = 'a  b'", "a = 'a b'"),
    ("lua", "a = [[a  b]]", "a = [[a b]]"),
    ("lua", "a = [==[a\n  b]==]", "a = [==[a\n b]==]"),
    ("lua", "a = b - -c", "a = b --c"),
    ("lua", "-- luacheck: ignore\na = 1", "a = 1"),
    ("csharp", 'class A { string s = $"{a}  b"; }', 'class A { string s = $"{a} b"; }'),
]


@pytest.mark.parametrize(("language", "one", "other"), SAME)
def test_comments_documentation_and_layout_are_no_code(language: str, one: str, other: str) -> None:
    assert GRAMMAR.code_tokens(one, language) == GRAMMAR.code_tokens(other, language)


@pytest.mark.parametrize(("language", "one", "other"), DIFFERENT)
def test_whatever_changes_the_program_changes_its_tokens(language: str, one: str, other: str) -> None:
    assert GRAMMAR.code_tokens(one, language) != GRAMMAR.code_tokens(other, language)


@pytest.mark.parametrize(("language", "source"), SOURCES)
def test_the_kind_of_line_end_is_no_code(language: str, source: str) -> None:
    assert GRAMMAR.code_tokens(source.replace("\n", "\r\n"), language) == GRAMMAR.code_tokens(source, language)


@pytest.mark.parametrize(("language", "source"), [(language, one) for language, one, _ in DIFFERENT])
def test_no_word_or_sign_of_the_code_can_go_unseen(language: str, source: str) -> None:
    before = GRAMMAR.code_tokens(source, language)
    for found in re.finditer(r"\S", source):
        assert GRAMMAR.code_tokens(source[: found.start()] + source[found.end() :], language) != before


@pytest.mark.parametrize("module", sorted(LIBRARY.glob("[a-d]*.py"))[:20], ids=lambda module: module.stem)
def test_documentation_can_be_taken_out_of_real_modules_without_touching_a_token(module: Path) -> None:
    source = module.read_bytes().decode()
    tokens = GRAMMAR.code_tokens(source, "python")
    # ``ast`` forgets comments; what it writes differs in layout, quotes and brackets, so it is compared with
    # itself, once with documentation and once without.
    tree = ast.parse(source)
    bare = ast.parse(source)
    for node in ast.walk(bare):
        if (
            isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and ast.get_docstring(node, clean=False) is not None
        ):
            node.body = node.body[1:] or [ast.Pass()]
    assert GRAMMAR.code_tokens(ast.unparse(tree), "python") == GRAMMAR.code_tokens(ast.unparse(bare), "python")
    assert tokens == GRAMMAR.code_tokens(source + "\n\n# one comment more\n", "python")


def test_a_chain_of_ten_thousand_operators_is_no_deeper_than_the_stack() -> None:
    source = "x = " + " + ".join(["'a'"] * 10_000)
    assert len(GRAMMAR.code_tokens(source, "javascript")) > 20_000


def test_faults_count_the_places_that_do_not_parse() -> None:
    assert GRAMMAR.faults("def f(): pass", "python") == 0
    assert GRAMMAR.faults("def f(: pass\n", "python") > 0
    assert GRAMMAR.faults("func (", "plaintext") == 0


def test_a_text_without_a_grammar_is_compared_by_its_lines() -> None:
    assert GRAMMAR.code_tokens("a\nb", "markdown") == ("a", "b")
