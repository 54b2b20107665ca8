"""The program of a standalone build: `routerd`, and the interpreter that routerd itself starts as `sys.executable`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run `-c CODE` as Python does, and everything else as the command line of routerd."""
    words = sys.argv[1:]
    while words[:1] == ["-P"]:  # a frozen program searches no folder anyhow
        del words[0]
    if words[:1] == ["-c"] and len(words) > 1:
        code, sys.argv[:] = words[1], ["-c", *words[2:]]
        exec(compile(code, "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102  # routerd's own workers begin so
        return
    sys.argv[1:] = words[2:] if words[:2] == ["-m", "routerd"] else words
    from routerd.__main__ import main as routerd  # noqa: PLC0415  # a worker needs none of it

    routerd()


if __name__ == "__main__":
    main()
