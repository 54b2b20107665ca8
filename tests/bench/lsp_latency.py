"""Hover, menu and typing on a 5,000-line file, over stdio as an editor sees them; each after an edit.

`python -m tests.bench.lsp_latency [TIMES]` prints JSON; milliseconds at the 50th and 99th percentile.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.e2e.raw_editor import Json, RawEditor

FUNCTION = '''\
def function_{n}(first: int, second: str = "x", *rest: float) -> list[str]:
    """Document {n}."""
    total = first + len(second)
    for value in rest:
        if value > {n}:
            total += int(value)
    if total < 0:
        raise ValueError(f"too small: {{total}}")
    return [second] * total

'''
LINES_EACH = FUNCTION.count("\n")
FUNCTIONS = 5_000 // LINES_EACH


async def main(times: int) -> None:
    rng = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        names = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "APPDATA", "LOCALAPPDATA")
        env |= dict.fromkeys(names, folder)
        path = root / "large.py"
        path.write_text("".join(FUNCTION.format(n=n) for n in range(FUNCTIONS)), "utf-8")
        found: dict[str, list[float]] = {"hover": [], "menu": [], "hover after typing": []}
        async with RawEditor(env, root) as editor:
            uri = editor.open(path)
            for number in range(times + 5):
                here = {"line": rng.randrange(FUNCTIONS) * LINES_EACH, "character": 6}
                at: Json = {"textDocument": {"uri": uri}, "position": here}
                menu: Json = {
                    "textDocument": {"uri": uri},
                    "range": {"start": here, "end": here},
                    "context": {"diagnostics": []},
                }
                took = {
                    "hover": await _timed(editor, "textDocument/hover", at),
                    "menu": await _timed(editor, "textDocument/codeAction", menu),
                }
                editor.type(uri, here["line"] + 3, " " if number % 2 else "")
                took["hover after typing"] = await _timed(editor, "textDocument/hover", at)
                if number >= 5:  # the first ones wait for the start
                    for name, value in took.items():
                        found[name].append(value)
    print(json.dumps({"lines": FUNCTIONS * LINES_EACH, "times": times, **_percentiles(found)}, indent=1))


async def _timed(editor: RawEditor, method: str, params: Json) -> float:
    began = time.perf_counter()
    answer = await editor.request(method, params)
    assert answer
    return (time.perf_counter() - began) * 1000


def _percentiles(found: dict[str, list[float]]) -> Json:
    return {
        name: {"p50_ms": round(_at(values, 0.5), 2), "p99_ms": round(_at(values, 0.99), 2)}
        for name, values in found.items()
    }


def _at(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
