"""How soon a changed configuration counts: `python -m tests.bench.reload` prints JSON, in milliseconds.

From the write of one changed string to the moment at which the next action would use it, watch and all, on an
event loop that has nothing else to do; and the reload alone.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import tempfile
import time
from pathlib import Path

from routerd.app.workspace import App
from routerd.domain.tier import Tier

EDITS, RELOADS = 40, 50
TEXT = '[tiers]\nutility = "near/m{number}"\n\n[providers.near]\nbase_url = "http://127.0.0.1:9/v1"\napi_key = {{}}\n'


async def measure(folder: Path) -> dict[str, object]:
    file = folder / "config.toml"
    file.write_text(TEXT.format(number=0), "utf-8")
    app = App.open(config_file=file, root=folder)
    watching = asyncio.create_task(app.watch(lambda _: None))
    await asyncio.sleep(0.5)
    took: list[float] = []
    for number in range(1, EDITS + 1):
        file.write_text(TEXT.format(number=number), "utf-8")
        began = time.perf_counter()
        while str(app.snapshot.usable[Tier.UTILITY][0]) != f"near/m{number}":
            await asyncio.sleep(0.001)
        took.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(0.02)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    reloads: list[float] = []
    for _ in range(RELOADS):
        began = time.perf_counter()
        app.reload()
        reloads.append((time.perf_counter() - began) * 1000)
    app.close()
    return {
        "edits": EDITS,
        "until_it_counts_ms_median": round(statistics.median(took), 1),
        "until_it_counts_ms_max": round(max(took), 1),
        "reload_alone_ms_median": round(statistics.median(reloads), 2),
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("HOME", "XDG_DATA_HOME", "LOCALAPPDATA", "USERPROFILE"):
            os.environ[name] = folder
        print(json.dumps(asyncio.run(measure(Path(folder))), indent=2))


if __name__ == "__main__":
    main()
