"""npm, go and cargo really run: a right test passes, a wrong one fails, and a broken project is no test's fault."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from routerd.adapters.tests_in_copy import CopyRunner
from routerd.domain.position import Edit, Position, Range
from routerd.domain.project import Project
from routerd.domain.reply import Change, FileChange
from routerd.domain.test_run import EndOfTests, RanTests
from routerd.domain.text import Text
from routerd.steps.conventions import framework
from routerd.steps.file_command import file_command, for_tests
from tests.offline.asking import question
from tests.tools.sources import of_the_user

LIMIT_S = 300
"""A compiler's first run on a busy machine; what is waited for is the end of a process."""


@dataclass(frozen=True)
class Tool:
    """A program, a project of its language, and tests of it."""

    program: str
    language: str
    files: dict[str, str]
    target: str
    test: str
    right: str
    wrong: str
    broken: tuple[str, str]
    """A file that keeps any test of the project from starting."""


JS = """\
const test = require('node:test');
const assert = require('node:assert');
const cart = require('./cart');
test('two', () => assert.strictEqual(cart.two(1), {}));
"""
GO = """\
package shop

import "testing"

func TestTwo(t *testing.T) {
	if Two(1) != WANTED {
		t.Fatal("no")
	}
}
"""
TOOLS = {
    "npm": Tool(
        "npm",
        "javascript",
        {
            "package.json": '{"name": "shop", "scripts": {"test": "node --test"}}\n',
            "cart.js": "function two(x) { return x * 2; }\nmodule.exports = { two };\n",
        },
        "cart.js",
        "cart.test.js",
        JS.format(2),
        JS.format(3),
        ("package.json", '{"name": "shop", "scripts": {"test": "node --test --no-such-option"}}\n'),
    ),
    "go": Tool(
        "go",
        "go",
        {
            "go.mod": "module example.org/shop\n\ngo 1.18\n",
            "cart.go": "package shop\n\nfunc Two(x int) int { return x * 2 }\n",
        },
        "cart.go",
        "cart_test.go",
        GO.replace("WANTED", "2"),
        GO.replace("WANTED", "3"),
        ("other_test.go", "package shop\n\nfunc broken( {\n"),
    ),
    "cargo": Tool(
        "cargo",
        "rust",
        {
            "Cargo.toml": '[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2018"\n',
            "src/lib.rs": "pub fn two(x: i32) -> i32 { x * 2 }\n",
        },
        "src/lib.rs",
        "tests/cart.rs",
        "#[test]\nfn doubles() { assert_eq!(shop::two(1), 2); }\n",
        "#[test]\nfn doubles() { assert_eq!(shop::two(1), 3); }\n",
        ("Cargo.toml", '[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2018"\n[lib]\npath = "gone.rs"\n'),
    ),
}


def ran(tool: Tool, root: Path, code: str) -> RanTests:
    """How a new test file ends, with the command that the project's own files show."""
    names = tuple(sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()))
    project = Project(root.as_uri(), names, texts={name: (root / name).read_text("utf-8") for name in names})
    source = (root / tool.target).read_text("utf-8")
    asked = question("test", source, path=tool.target, language=tool.language, project=project)
    habits = replace(
        asked.conventions, test_framework=framework(tool.language, project), test_path=tool.test, test_file=None
    )
    start = Range(Position(0, 0), Position(0, 0))
    change = Change((FileChange(project.uri(tool.test), Text(""), (Edit(start, code),), create=True),))
    found = file_command(tool.language, habits, project)
    assert found is not None, "the project's own files show the command"
    command = for_tests(found, tool.language, code, code)
    runner = CopyRunner(lambda _: project, limit_s=LIMIT_S, environ=of_the_user())
    return asyncio.run(runner.ran(command, change, replace(asked, conventions=habits)))


@pytest.fixture(params=sorted(TOOLS))
def tool(request: pytest.FixtureRequest, tmp_path: Path) -> Tool:
    found = TOOLS[request.param]
    if shutil.which(found.program) is None:
        pytest.skip(f"{found.program} is not installed")
    for name, content in found.files.items():
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8", newline="\n")
    return found


def test_a_right_test_passes_and_a_wrong_one_fails_in_a_copy(tool: Tool, tmp_path: Path) -> None:
    root = tmp_path / "project"
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert ran(tool, root, tool.right).end is EndOfTests.PASSED
    failed = ran(tool, root, tool.wrong)
    assert failed.end is EndOfTests.FAILED
    assert failed.against
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


def test_a_project_whose_own_tests_do_not_start_is_not_the_answers_fault(tool: Tool, tmp_path: Path) -> None:
    name, content = tool.broken
    (tmp_path / "project" / name).write_text(content, "utf-8", newline="\n")
    ended = ran(tool, tmp_path / "project", tool.right)
    assert ended.end is EndOfTests.NOT_STARTED, ended
    assert not ended.against
