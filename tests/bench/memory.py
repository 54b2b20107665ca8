"""Memory by part, of an idle daemon with prices ready, and what a file of 36,000 lines adds to it.

`python -m tests.bench.memory` prints JSON (Linux only); MiB of private pages. The parts are those of one process that
loads them in the order in which a daemon does. A daemon's worker processes count.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from tests.bench.relay import memory_mib
from tests.e2e.conftest import new_env, new_project
from tests.e2e.raw_editor import RawEditor

LINES = 36_000
HEAVY = ("numpy", "onnxruntime", "jiter", "aiohttp", "pydantic_core", "tiktoken")
_PARTS = """
import json, sys
from pathlib import Path

def mib():
    lines = Path("/proc/self/smaps_rollup").read_text("ascii").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private")) / 1024

found, before = {}, 0.0
def part(name):
    global before
    now = mib()
    found[name] = round(now - before, 1)
    before = now

part("python")
import asyncio
part("asyncio")
import lsprotocol.types
part("lsprotocol")
from pygls.lsp.server import LanguageServer
part("pygls")
from routerd.frontends.lsp import serve
part("own: what initialize needs")
from routerd.app import services, workspace
from routerd.frontends.lsp import handlers
part("own: the pipeline")
one = services.Services()
one.counter.warm()
part("vocabulary")
from routerd.adapters.catalogue import Catalogue
Catalogue().warm()
part("price list")
print(json.dumps(found))
"""


def parts() -> dict[str, float]:
    """Each part of a daemon by itself, in the order of loading."""
    done = subprocess.run([sys.executable, "-c", _PARTS], capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def with_workers(pid: int) -> float:
    """Of a process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return round(memory_mib(pid, "Private") + sum(memory_mib(int(child), "Private") for child in children), 1)


def libraries(pid: int) -> list[str]:
    """Those of the heavy ones whose compiled parts a process has loaded."""
    maps = Path(f"/proc/{pid}/maps").read_text("utf-8", "replace")
    return [name for name in HEAVY if f"/{name}/" in maps]


def standard_library(lines: int) -> str:
    """So many lines of Python's own modules, one behind the other, which is no whole program and has real functions."""
    found: list[str] = []
    for path in sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py")):
        found += path.read_text("utf-8").replace("from __future__", "# from __future__").splitlines(keepends=True)
        if len(found) >= lines:
            break
    return "".join(found[:lines])


async def daemon(env: dict[str, str], root: Path) -> dict[str, object]:
    """A daemon that is idle with prices ready, and then with a large file."""
    large = root / "large.py"
    large.write_text(standard_library(LINES), "utf-8")
    async with RawEditor(env, root) as editor:
        await hover(editor, editor.open(root / "labels.py"), line=3)
        idle = with_workers(editor.process.pid)
        loaded = libraries(editor.process.pid)
        own = memory_mib(editor.process.pid, "Private")
        uri = editor.open(large)
        at = next(row for row, line in enumerate(large.read_text("utf-8").splitlines()) if line.startswith("def "))
        await hover(editor, uri, line=at)
        editor.type(uri, at + 1, "    # a comment\n")
        await hover(editor, uri, line=at)
        with_large, own_with_large = with_workers(editor.process.pid), memory_mib(editor.process.pid, "Private")
    return {
        "idle_mib": idle,
        "loaded": loaded,
        "large_file_adds_mib": round(with_large - idle, 1),
        "of_that_in_the_daemon_itself_mib": round(own_with_large - own, 1),
    }


async def hover(editor: RawEditor, uri: str, line: int) -> None:
    """A hover with a price."""
    at = {"textDocument": {"uri": uri}, "position": {"line": line, "character": 6}}
    assert await editor.request("textDocument/hover", at, timeout_s=60) is not None


async def main() -> None:
    with tempfile.TemporaryDirectory(prefix="rd-") as folder:
        figures = await daemon(new_env(Path(folder)), new_project(Path(folder)))
    print(json.dumps({"parts_mib": parts(), **figures}, indent=1))


if __name__ == "__main__":
    asyncio.run(main())
