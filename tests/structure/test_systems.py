"""What differs between systems stands in routerd/system alone, and the types hold on each of them."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from tests.structure.test_dependencies import SOURCES
from tests.structure.test_structure import ROOT

MODULES = {"fcntl", "grp", "msvcrt", "platform", "posix", "pwd", "resource", "termios", "tty", "winreg"}
"""Which not every system has, or which exist to tell systems apart."""

NAMES = {
    "os": ("name", "O_", "geteuid", "getuid", "kill", "killpg", "setsid", "fork", "mkfifo", "startfile", "uname"),
    "sys": ("platform", "getwindowsversion"),
    "signal": ("SIG",),
    "subprocess": ("CREATE_", "STARTUPINFO"),
}
"""By module, how the names begin that are missing, or mean something else, on some system."""


def differing(tree: ast.AST) -> list[str]:
    """What a source asks of one system and not of every other."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            found += [name for name in names if name in MODULES]
            if isinstance(node, ast.ImportFrom) and node.module in NAMES:
                found += [alias.name for alias in node.names if alias.name.startswith(NAMES[node.module])]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.attr.startswith(NAMES.get(node.value.id, ("\0",))):
                found.append(f"{node.value.id}.{node.attr}")
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"getattr", "hasattr"}:
            first = node.args[0]
            found += [
                f"getattr({first.id})" for _ in "1" if isinstance(first, ast.Name) and first.id in {*NAMES} - {"sys"}
            ]
    return found


@pytest.mark.parametrize("path", [path for path in SOURCES if not path.startswith(("system/", "data/"))])
def test_a_file_outside_of_system_asks_nothing_that_one_system_lacks(path: str) -> None:
    assert not differing(SOURCES[path])


@pytest.mark.parametrize(
    "source",
    [
        "import fcntl",
        "from msvcrt import locking",
        "from sys import platform",
        "import os\nos.name == 'nt'",
        "import os\nos.open('x', os.O_RDONLY)",
        "import os\nos.killpg(1, 9)",
        "import sys\nsys.platform",
        "import signal\nsignal.SIGKILL",
        "import subprocess\nsubprocess.CREATE_NO_WINDOW",
        "import os\ngetattr(os, 'O_BINARY', 0)",
    ],
)
def test_what_differs_is_seen_however_it_is_reached(source: str) -> None:
    assert differing(ast.parse(source))


@pytest.mark.slow
@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_the_types_hold_on_other_systems(platform: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--platform", platform, "--cache-dir", f".mypy_cache/{platform}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
