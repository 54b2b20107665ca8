"""A repository of 100,000 files: `python -m tests.bench.large_repository [FILES]` prints JSON (POSIX only).

CPU seconds and memory of the program that plans all of them, and of one that plans the fifty that differ from HEAD.
The command fails where either takes over 1 GB, or the second over 300 MB.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.batch.project import FUNCTION, Project, new_project

FILES, CHANGED, EACH = 100_000, 50, 500
MOST_MB, MOST_OF_CHANGED_MB = 1_000, 300


def written(project: Project, count: int) -> list[Path]:
    """So many small modules, committed."""
    paths = [project.root / f"p{number // EACH}" / f"m{number}.py" for number in range(count)]
    for number, path in enumerate(paths):
        if number % EACH == 0:
            path.parent.mkdir()
        path.write_text(FUNCTION.format(name=f"line{number}"))
    project.commit()
    return paths


def planned(project: Project, *words: str) -> dict[str, float]:
    """Of the program that plans the documentation of what words stand for, in a process of its own."""
    code = (
        "import json, subprocess, sys; from tests.posix import spent_by_children\n"
        "done = subprocess.run(json.loads(sys.argv[1]), stdout=subprocess.PIPE)\n"
        "spent = spent_by_children(); plan = json.loads(done.stdout)\n"
        "print(json.dumps([spent.cpu_s, spent.memory_kib, len(plan['items']), len(plan['skipped'])]))"
    )
    command = project.command("batch", "plan", "document", *words, "--json")
    found = subprocess.run(
        [sys.executable, "-c", code, json.dumps(command)],
        cwd=project.root,
        env={**project.env, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    cpu_s, kib, items, skipped = json.loads(found)
    return {"cpu_s": round(cpu_s, 1), "mb": round(kib * 1024 / 1e6), "items": items, "skipped": skipped}


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else FILES
    with tempfile.TemporaryDirectory() as folder:
        project = new_project(Path(folder))
        project.configure("http://127.0.0.1:9/v1")
        paths = written(project, count)
        for path in paths[:: max(count // CHANGED, 1)]:
            path.write_text(path.read_text().replace("strip", "rstrip"))
        changed, everything = planned(project, "--changed", "HEAD"), planned(project, ".")
    print(json.dumps({"files": count, "changed": changed, "all": everything}))
    return int(changed["mb"] > MOST_OF_CHANGED_MB or everything["mb"] > MOST_MB)


if __name__ == "__main__":
    sys.exit(main())
