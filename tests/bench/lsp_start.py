"""Start to `initialize` answered, against a bare pygls server in the same run, and memory after `initialized`.

`python -m tests.bench.lsp_start [ROUNDS]` prints JSON; times in milliseconds, memory in MiB (Linux only).
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from routerd.frontends.lsp.frames import Frames, framed

BARE = """
from pygls.lsp.server import LanguageServer
LanguageServer("bare", "1").start_io()
"""


async def start(command: list[str], env: dict[str, str], settle_s: float = 0) -> tuple[float, float | None]:
    """Milliseconds until `initialize` was answered, and MiB some seconds after `initialized`."""
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=env,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    params: dict[str, object] = {"processId": None, "rootUri": None, "capabilities": {}}
    hello = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}
    process.stdin.write(framed(json.dumps(hello).encode()))
    frames, answer = Frames(), b""
    while not answer:
        for body in frames.feed(await process.stdout.read(65_536)):
            answer = answer or body
    took_ms = (time.perf_counter() - began) * 1000
    assert "capabilities" in json.loads(answer)["result"]
    process.stdin.write(framed(b'{"jsonrpc":"2.0","method":"initialized","params":{}}'))
    await asyncio.sleep(settle_s)
    memory = _memory_mib(process.pid) if settle_s else None
    process.kill()
    await process.wait()
    return took_ms, memory


def _memory_mib(pid: int) -> float | None:
    """The proportional set size: pages shared with other daemons count in part."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return None
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


async def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as home:
        folders = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "APPDATA", "LOCALAPPDATA")
        env = {**os.environ, **dict.fromkeys(folders, home)}
        bare, own = [sys.executable, "-c", BARE], [sys.executable, "-m", "routerd", "serve", "--solo"]
        times: dict[str, list[float]] = {"bare": [], "routerd": []}
        # Taken in turns, so that whatever else the machine does meets both.
        for number in range(rounds + 1):
            for name, command in (("bare", bare), ("routerd", own)):
                took_ms, _ = await start(command, env)
                if number:  # the first round fills the caches
                    times[name].append(took_ms)
        _, bare_mib = await start(bare, env, settle_s=1)
        _, own_mib = await start(own, env, settle_s=4)
    medians = {name: statistics.median(found) for name, found in times.items()}
    fastest = {name: min(found) for name, found in times.items()}
    print(
        json.dumps(
            {
                "rounds": rounds,
                "median_ms": {name: round(value) for name, value in medians.items()},
                "fastest_ms": {name: round(value) for name, value in fastest.items()},
                "ratio_of_medians": round(medians["routerd"] / medians["bare"], 3),
                "memory_mib": {"bare": bare_mib, "routerd": own_mib},
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 9))
