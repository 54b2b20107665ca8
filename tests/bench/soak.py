"""Twenty editors over relays, three of them hostile, and eight HTTP streams on one daemon.

`python -m tests.bench.soak [SECONDS]` prints JSON (Linux only) and fails where the daemon grew by over a tenth, a
message was lost or changed, or the ledger is not the bills.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from tests.e2e.conftest import new_env, new_project
from tests.e2e.daemon.soak import soaked
from tests.e2e.daemon.user import User

EDITORS, STREAMS = 20, 8


def main() -> int:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 300
    with tempfile.TemporaryDirectory() as home:
        folder = Path(tempfile.mkdtemp(prefix="rd-"))
        user = User({**new_env(Path(home)), "XDG_RUNTIME_DIR": str(folder)}, folder / "routerd")
        try:
            found = asyncio.run(soaked(user, new_project(Path(home)), seconds, EDITORS, STREAMS))
        finally:
            user.end()
            shutil.rmtree(folder)
    memory = found.memory_mib[:: max(len(found.memory_mib) // 20, 1)]
    print(json.dumps({**asdict(found), "memory_mib": memory, "grown_mib": round(found.grown_mib, 1)}))
    return int(found.booked != found.billed or found.flagged > 0 or found.grown_mib > memory[len(memory) // 2] / 10)


if __name__ == "__main__":
    sys.exit(main())
