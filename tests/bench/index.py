"""What the index of a large project costs; prints JSON.

`python -m tests.bench.index [FILES]`. Writes so many Python files of eight functions each (5,000), and measures the
CPU seconds of a fresh index, of looking at every file again, of a checkout that changes a tenth of them, and of one
changed file; the seconds that an action waits for two names to be verified; and the memory that the index adds.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from routerd.adapters.grammar import TreeSitterGrammar
from routerd.adapters.workspace.index import Index
from tests.posix import spent_by_this_process

_FUNCTION = '''def f{number}_{place}(a, b: int = 3) -> int:
    """Adds {place} to things."""
    return a + b + {salt}


'''


def written(root: Path, numbers: range, salt: int) -> list[Path]:
    """Write files, fifty to a folder; another salt gives other contents."""
    paths = [root / f"p{number // 50}" / f"m{number}.py" for number in numbers]
    for number, path in zip(numbers, paths, strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(_FUNCTION.format(number=number, place=place, salt=salt) for place in range(8)))
    return paths


def cpu(work: Callable[[], object]) -> float:
    """Seconds of this process."""
    began = time.process_time()
    work()
    return round(time.process_time() - began, 4)


def main() -> None:
    """Measure once."""
    parser = argparse.ArgumentParser()
    parser.add_argument("files", type=int, nargs="?", default=5_000)
    count = parser.parse_args().files
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        paths = written(root, range(count), 0)
        index = Index(root, TreeSitterGrammar())
        before = spent_by_this_process().memory_kib
        figures: dict[str, object] = {"files": count}
        figures["fresh_cpu_s"] = cpu(lambda: index.refresh(lambda: True, paths[0]))
        figures["added_mb"] = round((spent_by_this_process().memory_kib - before) / 1024, 1)
        figures["unread"] = index.project().unread
        figures["nothing_changed_cpu_s"] = cpu(lambda: index.refresh(lambda: True))
        changed = written(root, range(count // 10), 10_000)
        figures["checkout_of_a_tenth_cpu_s"] = cpu(lambda: index.update(changed))
        written(root, range(1), 100_000)
        figures["one_file_cpu_s"] = cpu(lambda: index.update(paths[:1]))
        written(root, range(1), 1_000_000)
        began = time.perf_counter()
        index.verified(["f0_1", "f1_2"])
        figures["verified_s"] = round(time.perf_counter() - began, 6)
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
