"""The rules of structure that a linter does not know: purity, the map, and what must not be in a tracked file."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "routerd"
PURE = [
    path
    for package in ("domain", "actions", "languages", "steps", "routing")
    for path in sorted((PACKAGE / package).rglob("*.py"))
]
MAP = (PACKAGE / "README.md").read_text("utf-8")


@pytest.mark.parametrize("path", PURE, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_pure_package_neither_waits_nor_opens_nor_asks_the_time_nor_imports_a_library(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        # A Protocol may declare a port's coroutine; only the pipeline awaits it.
        waits = (
            ast.Await
            if path.name in ("ports.py", "forward_ports.py", "answer_ports.py", "claim_ports.py", "batch_service.py")
            else ast.Await | ast.AsyncFunctionDef
        )
        assert not isinstance(node, waits)
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            assert name not in {"open", "now", "today", "utcnow", "print", "input"}, f"line {node.lineno}: {name}"
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for module in modules:
            top = module.partition(".")[0]
            assert top == "routerd" or top in sys.stdlib_module_names, f"{module} is not of the standard library"


def test_the_layers_hold() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-cache",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _modules() -> dict[str, str]:
    """Every file of the package that the map must name, with the first sentence of its docstring."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        doc = ast.get_docstring(ast.parse(path.read_text("utf-8")))
        assert doc, f"{path} has no docstring"
        found[path.relative_to(PACKAGE).as_posix()] = " ".join(doc.split("\n\n")[0].split())
    return found


def test_the_map_names_every_file_with_the_sentence_at_its_top() -> None:
    rows = dict(re.findall(r"^- `([^`]+\.py)`: (.+)$", MAP, re.M))
    assert rows == _modules()


_GENERATED = ("command_table.py",)
"""Written by a program, a line for each option: nobody reads it for pleasure."""


def test_no_source_file_is_longer_than_three_hundred_lines() -> None:
    sources = [*PACKAGE.rglob("*.py"), *(ROOT / "editors").rglob("*.ts"), *(ROOT / "editors").rglob("*.lua")]
    long = {
        path.relative_to(ROOT).as_posix(): count
        for path in sources
        if "node_modules" not in path.parts
        and path.name not in _GENERATED
        and (count := len(path.read_text("utf-8").splitlines())) > 300
    }
    assert not long


@pytest.mark.parametrize(
    "command",
    [["ruff", "check"], ["ruff", "format", "--check"], pytest.param(["mypy"], marks=pytest.mark.slow)],
    ids=" ".join,
)
def test_the_linters_are_content(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_top_level_holds_what_the_project_decided_on() -> None:
    wanted = {"pyproject.toml", "routerd", "editors", "tests", "README.md"}
    allowed = wanted | {"LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"}
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = {line.partition("/")[0] for line in listed.splitlines() if not line.startswith(".")}
    assert wanted <= found <= allowed
