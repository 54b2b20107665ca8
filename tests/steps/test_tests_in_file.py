"""Rust's tests stand in their source where no other file can use what they test, and change nothing else of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from routerd.actions import named
from routerd.adapters.grammar import TreeSitterGrammar
from routerd.domain.action import Request, Target
from routerd.domain.document import Document
from routerd.domain.position import Position, Range
from routerd.domain.project import Project
from routerd.domain.prompt import Prompt, Question
from routerd.domain.reply import Change, NewTests
from routerd.domain.text import Text
from routerd.domain.verdict import Accepted, Refusal, Rejected
from routerd.steps.build.tests import build_tests
from routerd.steps.check.tests import check_tests
from routerd.steps.conventions import conventions
from routerd.steps.resolve import resolve

GRAMMAR = TreeSitterGrammar()
CARGO = {"Cargo.toml": "[workspace]\n", "crates/k/Cargo.toml": '[package]\nversion = "1.0.0"\nname = "the-k"\n'}
FILES = (*CARGO, "crates/k/src/lib.rs", "crates/k/src/main.rs", "crates/k/src/util.rs", "crates/k/tests/lib.rs")
PRIVATE = "pub(crate) fn half(x: u32) -> u32 {\n    x / 2\n}\n"
TEST = "#[test]\nfn halves() {\n    assert_eq!(half(4), 2);\n}"
INSIDE = """\
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves() {
        assert_eq!(half(4), 2);
    }
}
"""


def _question(source: str, path: str = "crates/k/src/util.rs", files: tuple[str, ...] = FILES) -> Question:
    document = Document(f"file:///p/{path}", 1, "rust", Text(source))
    symbol = GRAMMAR.outline(document).symbols[0]
    span = Range(symbol.name_span.start, symbol.name_span.start)
    request = Request("test", document, span)
    target = resolve(request, named("test"), GRAMMAR.outline(document), True, path)
    assert isinstance(target, Target), target
    habits = conventions(document, target, Project("file:///p", files, texts=CARGO))
    return Question(named("test"), request, target, habits, Prompt((), 0, 0, 0))


def _after(source: str, reply: str) -> str:
    question = _question(source)
    change = build_tests(NewTests(reply), question, GRAMMAR)
    assert isinstance(change, Change), change
    verdict = check_tests(change, question, GRAMMAR)
    assert isinstance(verdict, Accepted), verdict
    [file] = change.files
    return file.before.edited(file.edits).string


@pytest.mark.parametrize(
    ("source", "path", "place"),
    [
        ("pub fn a() -> u8 { 1 }\n", "crates/k/src/lib.rs", "crates/k/tests/lib.rs"),
        ("fn a() -> u8 { 1 }\n", "crates/k/src/lib.rs", "crates/k/src/lib.rs"),
        ("pub(crate) fn a() -> u8 { 1 }\n", "crates/k/src/lib.rs", "crates/k/src/lib.rs"),
        ("pub fn a() -> u8 { 1 }\n", "crates/k/src/main.rs", "crates/k/src/main.rs"),
        ("pub fn a() -> u8 { 1 }\n", "crates/k/src/bin/tool.rs", "crates/k/src/bin/tool.rs"),
    ],
)
def test_what_no_other_file_can_use_is_tested_in_its_own(source: str, path: str, place: str) -> None:
    habits = _question(source, path).conventions
    assert habits.test_path == place
    assert habits.import_name == ("super::*" if habits.in_file else "the_k")


def test_a_crate_without_a_library_has_its_tests_in_its_files() -> None:
    files = ("crates/k/Cargo.toml", "crates/k/src/main.rs", "crates/k/src/util.rs", "crates/k/tests/util.rs")
    assert _question("pub fn a() {}\n", files=files).conventions.in_file


@pytest.mark.parametrize(
    "reply",
    [
        TEST,
        f"use super::*;\n\n{TEST}",
        INSIDE,
        INSIDE.replace("    use super::*;\n\n", ""),
        f"use the_k::util::half;\n\n{TEST}",
        f"#[cfg(test)]\nmod tests {{\nuse super::*;\n\n{TEST}\n}}",
    ],
)
def test_tests_go_into_a_module_of_their_own_however_the_reply_writes_them(reply: str) -> None:
    after = _after(PRIVATE, reply)
    assert after.startswith(PRIVATE + "\n#[cfg(test)]\nmod tests {\n")
    assert after.count("use super::*;") == after.count("mod tests") == after.count("fn halves") == 1
    assert "the_k" not in after
    assert not GRAMMAR.faults(after, "rust")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_tests_join_the_module_that_exists(newline: str) -> None:
    old = (PRIVATE + "\n" + INSIDE).replace("\n", newline)
    after = _after(old, "use super::*;\nuse std::fmt;\n\n#[test]\nfn zero() {\n    assert_eq!(half(0), 0);\n}")
    assert after.count("mod tests") == after.count("use super::*;") == 1
    ending = "    #[test]\n    fn zero() {\n        assert_eq!(half(0), 0);\n    }\n}\n"
    assert after.endswith(ending.replace("\n", newline))
    assert "    use std::fmt;" in after
    assert after.count("\n") == after.count(newline)


def test_a_string_of_several_lines_keeps_its_text() -> None:
    after = _after(PRIVATE, 'use super::*;\n\n#[test]\nfn text() {\n    assert_eq!(half(2).to_string(), r"1\n");\n}')
    assert 'r"1\n")' in after


def test_a_test_that_is_there_already_is_refused() -> None:
    found = build_tests(NewTests(TEST), _question(PRIVATE + "\n" + INSIDE), GRAMMAR)
    assert found == Rejected("the reply adds no test that is not there already")


def test_nothing_else_of_the_file_may_change() -> None:
    question = _question(PRIVATE)
    change = build_tests(NewTests(TEST), question, GRAMMAR)
    assert isinstance(change, Change)
    [file] = change.files
    above = replace(file.edits[0], span=Range(Position(0, 0), Position(0, 0)), new="pub fn other() {}\n")
    worse = replace(change, files=(replace(file, edits=(above, *file.edits)),))
    verdict = check_tests(worse, question, GRAMMAR)
    assert isinstance(verdict, Rejected)
    assert "more of the file than its module of tests" in verdict.reason


def test_a_package_clause_must_fit_the_source_and_the_test_file() -> None:
    source = Document("file:///p/m/cube.go", 1, "go", Text("package m\n\nfunc Cube(x int) int { return x }\n"))
    request = Request("test", source, Range(Position(2, 6), Position(2, 6)))
    target = resolve(request, named("test"), GRAMMAR.outline(source), True, "cube.go")
    assert not isinstance(target, Refusal)
    habits = conventions(source, target, Project("file:///p", ("go.mod", "m/cube.go")))
    question = Question(named("test"), request, target, habits, Prompt((), 0, 0, 0))
    body = 'import "testing"\n\nfunc TestCube(t *testing.T) {\n\tif Cube(2) != 2 {\n\t\tt.Error("no")\n\t}\n}\n'

    def built(clause: str, existing: str | None) -> Change | Rejected:
        file = None if existing is None else Document("file:///p/m/cube_test.go", 1, "go", Text(existing))
        asked = replace(question, conventions=replace(habits, test_file=file))
        return build_tests(NewTests(clause + body), asked, GRAMMAR)

    there = 'package m_test\n\nimport "testing"\n\nfunc TestOther(t *testing.T) {}\n'
    assert isinstance(built("package m_test\n\n", there), Change)
    assert isinstance(built("package m\n\n", there.replace("m_test", "m")), Change)
    for clause, existing in (("package m\n\n", there), ("package m_test\n\n", there.replace("m_test", "m"))):
        found = built(clause, existing)
        assert isinstance(found, Rejected)
        assert found.mechanical
        assert "write the tests for that one" in found.reason
    new = built("", None)
    assert isinstance(new, Change)
    assert new.files[0].edits[0].new.startswith("package m\n\nimport")
    wrong = built("package main\n\n", None)
    assert isinstance(wrong, Rejected)
    assert "cannot be in package main" in wrong.reason
