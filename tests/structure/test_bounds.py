"""What is read from outside is read up to a limit: each call that reads without one is listed here with its reason."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import routerd

ROOT = Path(routerd.__file__).parent
ALLOWED = {
    "adapters/config/load.py: read_text": "routerd's own data",
    "adapters/postgres/migrating.py: read_text": "routerd's own data",
    "adapters/secret_rules.py: read_text": "routerd's own data",
    "adapters/semantic/embedding.py: read_text": "routerd's own data",
    "adapters/semantic/prototypes.py: read_text": "routerd's own data",
    "adapters/tokenizer/vocabulary.py: read_bytes": "an installed package's data, whose hash is checked",
    "frontends/report/page.py: read_text": "routerd's own data",
    "frontends/cli/copies/__init__.py: read_text": "routerd's own checkout, by `manifest --write`",
    "frontends/cli/demo.py: read_text": "the demo's own sample",
    "frontends/cli/demo_paid.py: read_text": "the demo's own sample",
    "frontends/cli/stdio_client.py: readline": "the demo's own daemon",
    "frontends/cli/stdio_client.py: read_bytes": "the demo's own sample",
    "frontends/cli/demo_http.py: communicate": "the demo's own program",
    "frontends/http/incoming.py: read": "a request, which aiohttp bounds by client_max_size",
    "system/processes.py: read_text": "what the kernel says of a process",
    "system/processes.py: run": "taskkill, whose few words nobody reads",
    "frontends/cli/commit.py: run": "git commit at the user's own terminal, whose output is not read",
}
"""By file and name of the call."""
_WHOLE = {"read_text", "read_bytes", "readlines", "communicate", "check_output", "getoutput"}


def unbounded(tree: ast.AST) -> list[tuple[str, int]]:
    """Calls that read all that there is: their names and lines."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name, given = node.func.attr, bool(node.args or node.keywords)
        whole = name in _WHOLE or (name in {"read", "readline"} and not given)
        of_subprocess = isinstance(node.func.value, ast.Name) and node.func.value.id == "subprocess"
        if (whole and not _of_self(node.func)) or (name == "run" and of_subprocess):
            found.append((name, node.lineno))
    return found


def _of_self(called: ast.Attribute) -> bool:
    """Whether the method is one of routerd's own classes: of ``self``, or of a field that is named as one."""
    return (
        called.attr == "read_text"
        and isinstance(called.value, ast.Name | ast.Attribute)
        and "watch" in ast.unparse(called.value)
    )


def test_nothing_reads_without_a_limit_but_what_is_listed() -> None:
    found = {
        f"{path.relative_to(ROOT).as_posix()}: {name}"
        for path in ROOT.rglob("*.py")
        if "data" not in path.relative_to(ROOT).parts
        for name, _ in unbounded(ast.parse(path.read_text("utf-8")))
    }
    assert sorted(found - ALLOWED.keys()) == []
    assert sorted(ALLOWED.keys() - found) == [], "no longer read: take it off the list"


@pytest.mark.parametrize(
    "code", ["p.read_text()", "f.read()", "f.readline()", "subprocess.run(c)", "p.communicate()", "x.read_bytes()"]
)
def test_a_new_reader_without_a_limit_is_found(code: str) -> None:
    assert unbounded(ast.parse(code))


@pytest.mark.parametrize("code", ["f.read(10)", "read_regular(p, 10)", "f.readline(5)", "loop.run(c)"])
def test_a_limit_is_seen(code: str) -> None:
    assert not unbounded(ast.parse(code))
