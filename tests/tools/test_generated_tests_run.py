"""Tests are put where tools find them: cargo, go, Maven, node and pytest run each in packages that are one of many."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from routerd.app.workspace import App
from routerd.domain.action import Request
from routerd.domain.document import Document
from routerd.domain.outcome import Status
from routerd.domain.position import Position, Range
from routerd.domain.text import Text
from routerd.languages import language_of
from tests.loopback import Upstream
from tests.missing import program
from tests.pipeline.test_pipeline import Desk, home
from tests.real.documenting import CONFIG
from tests.tools import maven_project
from tests.tools.sources import of_the_user

__all__ = ["home"]

HALF = "fn half(x: u32) -> u32 {\n    x / 2\n}\n"
RUST_TEST = "#[test]\nfn halves() {\n    assert_eq!(half(4), 2);\n}"
CRATE = '[package]\nname = "the-k"\nversion = "0.1.0"\nedition = "2021"\n'
GO = "package m\n\nfunc half(x int) int { return x / 2 }\n"
GO_TEST = 'import "testing"\n\nfunc TestHalf(t *testing.T) {\n\tif half(4) != 2 {\n\t\tt.Error("no")\n\t}\n}'
JAVA = "package shop;\n\npublic class Halves {\n    static int half(int x) {\n        return x / 2;\n    }\n}\n"
JAVA_TEST = (
    "package shop;\n\nimport static org.junit.jupiter.api.Assertions.assertEquals;\n\n"
    "import org.junit.jupiter.api.Test;\n\nclass HalvesTest {\n"
    "    @Test\n    void halves() {\n        assertEquals(2, Halves.half(4));\n    }\n}"
)
NODE = "export function half(x) {\n  return x / 2;\n}\n"
NODE_TEST = (
    "import test from 'node:test';\nimport assert from 'node:assert';\nimport { half } from '../src/two.mjs';\n\n"
    "test('halves', () => {\n  assert.equal(half(4), 2);\n});"
)
PYTHON = "def half(x):\n    return x / 2\n"
PYTHON_TEST = "from y.b import half\n\n\ndef test_halves():\n    assert half(4) == 2"


@dataclass(frozen=True)
class Layout:
    """A project, the source whose function ``half`` is tested, the reply, and the command that must run its test."""

    files: dict[str, str]
    source: str
    code: str
    reply: str
    place: str
    command: tuple[str, ...]
    ran: str
    """What the command says of a test that it ran."""


LAYOUTS = {
    "cargo-private": Layout(
        {
            "Cargo.toml": '[workspace]\nmembers = ["crates/k"]\nresolver = "2"\n',
            "crates/k/Cargo.toml": CRATE,
            "crates/k/src/lib.rs": "mod util;\n\npub fn whole() -> u32 {\n    util::half(2)\n}\n",
        },
        *("crates/k/src/util.rs", f"pub(crate) {HALF}", f"use the_k::util::half;\n\n{RUST_TEST}"),
        *("crates/k/src/util.rs", ("cargo", "test", "--offline", "--workspace"), "util::tests::halves ... ok"),
    ),
    "cargo-program": Layout(
        {"Cargo.toml": CRATE},
        *("src/main.rs", f'{HALF}\nfn main() {{\n    println!("{{}}", half(2));\n}}\n', RUST_TEST),
        *("src/main.rs", ("cargo", "test", "--offline"), "tests::halves ... ok"),
    ),
    "cargo-public": Layout(
        {
            "Cargo.toml": '[workspace]\nmembers = ["crates/k"]\nresolver = "2"\n',
            "crates/k/Cargo.toml": CRATE,
            "crates/k/src/a.rs": "pub fn a() {}\n",
            "crates/k/tests/a.rs": "#[test]\nfn a() {\n    the_k::a::a();\n}\n",
        },
        *("crates/k/src/lib.rs", f"pub mod a;\n\npub {HALF}", f"use the_k::half;\n\n{RUST_TEST}"),
        *("crates/k/tests/lib.rs", ("cargo", "test", "--offline", "--workspace"), "halves ... ok"),
    ),
    "go": Layout(
        {"go.mod": "module m\n"},
        *("m/half.go", GO, GO_TEST, "m/half_test.go", ("go", "test", "-v", "./..."), "--- PASS: TestHalf"),
    ),
    "maven": Layout(
        {},
        *("core/src/main/java/shop/Halves.java", JAVA, JAVA_TEST, "core/src/test/java/shop/HalvesTest.java"),
        *(maven_project.COMMAND, "Tests run: 1, Failures: 0, Errors: 0, Skipped: 0"),
    ),
    "npm": Layout(
        {
            "package.json": '{"workspaces": ["packages/*"], "scripts": {"test": "node --test"}}',
            "packages/a/package.json": '{"name": "a"}',
            "packages/b/package.json": '{"name": "b"}',
            "packages/a/src/one.mjs": "export const one = 1;\n",
            "packages/a/test/one.test.mjs": "import test from 'node:test';\ntest('one', () => {});\n",
        },
        *("packages/b/src/two.mjs", NODE, NODE_TEST, "packages/b/test/two.test.mjs"),
        *(("node", "--test", "packages/b/test/two.test.mjs"), "pass 1"),
    ),
    "uv": Layout(
        {
            "pyproject.toml": '[tool.uv.workspace]\nmembers = ["packages/*"]\n',
            "packages/x/pyproject.toml": '[project]\nname = "x"\nversion = "1"\n',
            "packages/x/src/x/__init__.py": "",
            "packages/x/src/x/a.py": "",
            "packages/x/tests/test_a.py": "def test_a():\n    assert 1\n",
            "packages/y/pyproject.toml": '[project]\nname = "y"\n[tool.pytest.ini_options]\npythonpath = ["src"]\n',
            "packages/y/src/y/__init__.py": "",
        },
        *("packages/y/src/y/b.py", PYTHON, PYTHON_TEST, "packages/y/tests/test_b.py"),
        *(
            ("python", "-m", "pytest", "-v", "-p", "no:cacheprovider", "--rootdir=packages/y", "packages/y/tests"),
            "PASSED",
        ),
    ),
}
PACKAGES = {"go": "golang-go", "node": "nodejs", "cargo": "cargo", "mvn": "maven"}


@pytest.mark.parametrize("name", LAYOUTS)
async def test_a_generated_test_is_found_built_and_run_where_it_was_put(name: str, home: Path) -> None:
    layout, root = LAYOUTS[name], home / "project"
    files = maven_project.project() if name == "maven" else layout.files
    for path, text in {**files, layout.source: layout.code}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    language = language_of(layout.source)
    tool, *arguments = layout.command
    run = sys.executable if tool == "python" else program(tool, PACKAGES[tool])
    await _tested(home, root / layout.source, language, f"```{language}\n{layout.reply}\n```")
    assert "half" in (root / layout.place).read_text("utf-8")
    done = subprocess.run(
        [run, *arguments], cwd=root, env=of_the_user(), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert layout.ran in done.stdout


async def _tested(home: Path, path: Path, language: str, reply: str) -> None:
    """Generate tests for ``half`` and write them."""
    text = Text(path.read_text("utf-8"))
    row = next(number for number, line in enumerate(text.lines) if "half(" in line)
    cursor = Position(row, text.lines[row].index("half("))
    async with Upstream(reply=reply) as upstream:
        (home / "config.toml").write_text(CONFIG.format(url=upstream.base_url), "utf-8")
        app = App.open(config_file=home / "config.toml", root=home / "project")
        app.workspace.index(path.as_uri(), lambda: True)
        document = Document(path.as_uri(), 1, language, text)
        desk = Desk(document)
        outcome = await app.run(Request("test", document, Range(cursor, cursor)), desk, desk)
        await app.disconnect()
        app.close()
    assert outcome.status is Status.APPLIED, outcome
    (file,) = desk.applied[-1].files
    to = Path(file.uri.removeprefix("file://"))
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(file.after.string, "utf-8")
