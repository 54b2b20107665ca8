"""Measures `routerd route --batch` end to end, start of the program included, and prints JSON.

python tests/bench/route_batch.py [LINES]
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DATA = Path(__file__).parent / "routing" / "data"


def main(lines: int) -> None:
    known = [row for name in ("train", "dev") for row in (DATA / f"{name}.jsonl").read_text("utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        batch = Path(folder, "batch.jsonl")
        # Each line is another instruction than the one before it, as its number stands in it.
        rows = (json.loads(known[number % len(known)]) | {"id": number} for number in range(lines))
        rows = ({"id": row["id"], "text": f"{row['text']} {row['id']}"} for row in rows)
        batch.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
        home = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "APPDATA", "LOCALAPPDATA"), folder)
        command = [sys.executable, "-m", "routerd", "route", "--batch", str(batch)]
        started = time.perf_counter()
        done = subprocess.run(
            command, env=os.environ | home | {"PYTHONUTF8": "1"}, capture_output=True, text=True, check=True
        )
        seconds = time.perf_counter() - started
    answered = len(done.stdout.splitlines())
    used = os.times()
    cpu_s = used.children_user + used.children_system  # 0 on Windows; beside busy neighbours it says more
    shown = {"lines": answered, "seconds": round(seconds, 2), "per_second": round(answered / seconds)}
    print(json.dumps(shown | ({"per_cpu_second": round(answered / cpu_s)} if cpu_s else {})))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
