"""Three real projects whole, in every way, each killed at ten points: `python -m tests.bench.whole_projects [FILES]`.

Prints a JSON line for each; the command fails where a code token changed, git counts other lines than were reported,
a question was asked twice, or the ledger differs from the bills.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from tests.real.whole_projects import PROJECTS, Way, documented

KILLS = 10


def main() -> int:
    most = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    wrong = 0
    for project in PROJECTS:
        for way in Way:
            with tempfile.TemporaryDirectory() as folder:
                whole = documented(project, Path(folder), way, most, KILLS)
            wrong += not whole.right
            print(json.dumps(asdict(whole) | {"right": whole.right}, default=str), flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
