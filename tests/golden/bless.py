"""Writes what comes of every golden case into its file: ``python -m tests.golden.bless [name part …]``."""

from __future__ import annotations

import sys

from tests.golden.case import cases, outcome


def main(parts: list[str]) -> None:
    """Bless the cases whose names hold one of the parts, or all; what changed is printed to be read."""
    for case in cases():
        if parts and not any(part in case.name for part in parts):
            continue
        came = outcome(case)
        if came != case.wanted:
            case.path.write_text(f"{case.inputs}\n{came}", encoding="utf-8", newline="\n")
            sys.stdout.write(f"== {case.name}\n{came}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
