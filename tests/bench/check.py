"""How long the check of an answer takes, and what a hover waits meanwhile, over stdio as an editor sees it.

`python -m tests.bench.check [LINES…]` prints JSON. One function of a file is documented by an upstream that
answers at once; ``check_s`` is from its answer to the edit. Hovers are asked for one after the other all the time.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests import brain
from tests.bench.lsp_latency import FUNCTION, LINES_EACH
from tests.e2e.conftest import new_env, with_upstream
from tests.e2e.raw_editor import Json, RawEditor
from tests.loopback import Upstream

SIZES = (600, 3_000, 9_000, 36_000)
TARGET = "def target(first, second):\n    total = first + second\n    return total\n\n"
RUNS = 3


async def main(sizes: list[int]) -> None:
    rows = [await measured(size) for size in sizes]
    print(json.dumps({"files": rows}, indent=1))


def source(lines: int) -> str:
    """So many lines, the target in their middle."""
    functions = [FUNCTION.format(n=n) for n in range(lines // LINES_EACH)]
    middle = len(functions) // 2
    return "".join((*functions[:middle], TARGET, *functions[middle:]))


async def measured(lines: int) -> Json:
    """Of a few runs: the check's seconds, first and best (the worker starts in the first), and the worst hover."""
    answered: list[float] = []

    def reply(body: Mapping[str, Any]) -> str:
        answered.append(time.monotonic())
        return brain.reply(body)

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        root.mkdir()
        env = new_env(Path(folder))
        path = root / "large.py"
        path.write_text(source(lines), "utf-8")
        checks, hovers = list[float](), list[float]()
        async with Upstream(reply=reply) as upstream, RawEditor(with_upstream(env, upstream.base_url), root) as editor:
            line = lines // LINES_EACH // 2 * LINES_EACH
            for run in range(RUNS):
                copy = path.with_stem(f"large_{run}")
                copy.write_bytes(path.read_bytes())
                uri = editor.open(copy)
                at = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 6}}
                await editor.request("textDocument/hover", at, 120)
                await asyncio.sleep(2)  # the pause in which a document is looked at
                position = {"line": line, "character": 5}
                request = {"action": "document", "uri": uri, "range": {"start": position, "end": position}}
                applied = asyncio.ensure_future(_applied(editor, uri))
                _, outcome = editor.ask("routerd/run", request)
                while not applied.done():
                    began = time.monotonic()
                    await editor.request("textDocument/hover", at, 120)
                    hovers.append(time.monotonic() - began)
                    await asyncio.sleep(0.005)
                said = await outcome
                await applied
                assert said["status"] == "applied", said
                checks.append(await applied - answered[-1])
                editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    return {
        "lines": lines,
        "check_s_first": round(checks[0], 3),
        "check_s_best": round(min(checks), 3),
        "worst_hover_ms": round(max(hovers) * 1000),
    }


async def _applied(editor: RawEditor, uri: str) -> float:
    await editor.until("workspace/applyEdit", lambda params: uri in json.dumps(params))
    return time.monotonic()


if __name__ == "__main__":
    asyncio.run(main([int(size) for size in sys.argv[1:]] or list(SIZES)))
