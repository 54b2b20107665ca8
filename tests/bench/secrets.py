"""How often the rules for secrets find something in real files that hold none: false alarms, and the time they take.

`python -m tests.bench.secrets [N]` reads the first N (10,000) source files of the standard library, of site-packages
and of every node_modules below the current folder, and prints what each rule found.
"""

from __future__ import annotations

import os
import sys
import sysconfig
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from routerd.adapters.secret_rules import SecretRules
from routerd.languages import language_of

_MOST_BYTES = 1_000_000


def sources(folders: list[Path]) -> Iterator[Path]:
    """Source files below some folders, in the order of their names."""
    for top in folders:
        for folder, below, names in os.walk(top):
            below.sort()
            for name in sorted(names):
                path = Path(folder) / name
                if (language_of(name) != "plaintext" or name.endswith((".json", ".toml", ".md", ".sh"))) and (
                    path.is_file() and path.stat().st_size <= _MOST_BYTES
                ):
                    yield path


def main(most: int) -> None:
    """Print the files that were read, the alarms by rule, and the time for each megabyte."""
    paths = sysconfig.get_paths()
    beside = [Path(entry) for entry in sys.path if entry.endswith("site-packages")]
    modules = [path for path in Path.cwd().rglob("node_modules") if "node_modules" not in path.parent.parts]
    rules, found = SecretRules(), Counter[str]()
    read = size = alarmed = 0
    seconds = 0.0
    for path in islice(sources([Path(paths["stdlib"]), *beside, *modules]), most):
        text = path.read_text("utf-8", "surrogateescape")
        begin = time.perf_counter()
        secrets = rules.found(text)
        seconds += time.perf_counter() - begin
        read, size, alarmed = read + 1, size + len(text), alarmed + bool(secrets)
        found.update(secret.kind for secret in secrets)
        for secret in secrets:
            print(f"  {path}: {secret.kind}: {text[secret.start : secret.start + 30]!r}")
    print(f"{read:,} files, {size / 1e6:.0f} MB, {seconds / size * 1e9:.1f} ms for a megabyte")
    print(f"{alarmed} files with an alarm ({alarmed / max(read, 1):.2%}), {found.total()} alarms: {found}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 10_000)
