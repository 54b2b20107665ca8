"""The relay beside an own process and bare pygls, in one run: start, exit, added latency and memory per editor.

`python -m tests.bench.relay [ROUNDS]` prints JSON (Linux only); times in milliseconds, memory in MiB. It starts a
daemon in a folder of its own, and ends it.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from routerd.relay.asking import ask_daemon
from tests.bench.lsp_start import BARE
from tests.e2e.conftest import new_env, new_project
from tests.e2e.raw_editor import RawEditor
from tests.posix import kill

MESSAGES = 300
OPEN_FILES = 10
FURTHER_EDITORS = 4
RELAY, SOLO, NONE = ("serve",), ("serve", "--solo"), ("-c", BARE)


class AnyEditor(RawEditor):
    """Starts a bare server as well."""

    async def launch(self) -> None:
        start = self._arguments if self._arguments[0] == "-c" else ("-m", "routerd", *self._arguments)
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            *start,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self._env,
            cwd=self._root,
        )
        self._reading = asyncio.create_task(self._read())
        assert self.process.stderr is not None
        self.stderr = asyncio.create_task(self.process.stderr.read())


@asynccontextmanager
async def started(
    env: dict[str, str], root: Path, words: Sequence[str], times: list[float]
) -> AsyncIterator[RawEditor]:
    """An editor, with the milliseconds until `initialize` was answered added to ``times``."""
    one = AnyEditor(env, root, arguments=tuple(words))
    begin = time.perf_counter()
    await one.launch()
    await one.initialize()
    times.append((time.perf_counter() - begin) * 1000)
    try:
        yield one
    finally:
        if one.process.returncode is None:
            one.process.kill()
        await one.process.wait()
        await one.stderr


async def exit_ms(one: RawEditor) -> float:
    """From `exit` to the end of the process."""
    await one.request("shutdown", None)
    begin = time.perf_counter()
    one.notify("exit", None)
    await one.process.wait()
    return (time.perf_counter() - begin) * 1000


async def round_trip_ms(one: RawEditor) -> float:
    """Of a request that is answered at once, so that little but the way is measured."""
    await one.request("routerd/providers", None)
    times = []
    for _ in range(MESSAGES):
        begin = time.perf_counter()
        await one.request("routerd/providers", None)
        times.append((time.perf_counter() - begin) * 1000)
    return statistics.median(times)


def memory_mib(pid: int, kind: str) -> float:
    """``Pss`` counts shared pages in part, ``Private`` only a process's own."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    return round(sum(int(line.split()[1]) for line in lines if line.startswith(kind)) / 1024, 1)


async def further_editors(env: dict[str, str], root: Path, pid: int) -> float:
    """MiB that the daemon grows by with each further editor with ten open files."""
    files = []
    for number in range(OPEN_FILES):
        path = root / f"open_{number}.py"
        path.write_text((root / "labels.py").read_text("utf-8") * 20, "utf-8")
        files.append(path)
    sizes, editors = [], []
    for _ in range(FURTHER_EDITORS + 1):
        one = AnyEditor(env, root, arguments=RELAY)
        await one.launch()
        await one.initialize()
        for path in files:
            uri = one.open(path)
            where = {"textDocument": {"uri": uri}, "position": {"line": 3, "character": 6}}
            await one.request("textDocument/hover", where)
        await asyncio.sleep(1)
        editors.append(one)
        sizes.append(memory_mib(pid, "Private"))
    for one in editors:
        one.process.kill()
        await one.process.wait()
        await one.stderr
    return round((sizes[-1] - sizes[0]) / FURTHER_EDITORS, 1)


async def cold_start(env: dict[str, str], root: Path, times: list[float]) -> None:
    """The first editor of a user who has no daemon yet."""
    with tempfile.TemporaryDirectory(prefix="rd-") as folder:
        fresh = {**env, "XDG_RUNTIME_DIR": folder}
        async with started(fresh, root, RELAY, times):
            told = ask_daemon({"command": "status"}, fresh)
        assert told is not None
        kill(int(str(told["pid"])))


async def measured(env: dict[str, str], root: Path, rounds: int) -> dict[str, object]:
    cold: list[float] = []
    times: dict[str, list[float]] = {"relay": [], "solo": [], "bare": []}
    exits: dict[str, list[float]] = {"relay": [], "solo": []}
    trips: dict[str, float] = {}
    async with started(env, root, RELAY, []):
        told = ask_daemon({"command": "status"}, env)
        assert told is not None
        pid = int(str(told["pid"]))
        try:
            for number in range(rounds):
                await cold_start(env, root, cold)
                for name, words in (("relay", RELAY), ("solo", SOLO), ("bare", NONE)):
                    async with started(env, root, words, times[name]) as one:
                        if name == "bare":
                            continue
                        if name == "relay" and number == 0:
                            own = memory_mib(one.process.pid, "Private")
                        if number == 0:
                            trips[name] = await round_trip_ms(one)
                        exits[name].append(await exit_ms(one))
            each = await further_editors(env, root, pid)
        finally:
            kill(pid)
    median = {name: statistics.median(found) for name, found in times.items()}
    return {
        "rounds": rounds,
        "start_ms": {**{name: round(value) for name, value in median.items()}, "cold": round(statistics.median(cold))},
        "start_ratio": {
            "relay_to_bare": round(median["relay"] / median["bare"], 2),
            "relay_to_solo": round(median["relay"] / median["solo"], 2),
            "cold_to_solo": round(statistics.median(cold) / median["solo"], 2),
            "solo_to_bare": round(median["solo"] / median["bare"], 2),
        },
        "exit_ms": {name: round(max(found)) for name, found in exits.items()},
        "added_latency_p50_ms": round(trips["relay"] - trips["solo"], 2),
        "relay_private_mib": own,
        "daemon_mib_per_further_editor": each,
    }


async def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory(prefix="rd-") as folder:
        env = {**new_env(Path(folder)), "XDG_RUNTIME_DIR": folder}
        print(json.dumps(await measured(env, new_project(Path(folder)), rounds), indent=1))


if __name__ == "__main__":
    os.environ.pop("ROUTERD_CONFIG", None)
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 7))
