"""Helix of Debian's moving release: `python -m tests.e2e.others.helix` prints the path of a launcher."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.e2e.moving_release import Program


def _surroundings(root: Path) -> tuple[Mapping[str, object], Sequence[str]]:
    return {"HELIX_RUNTIME": root / "usr/lib/hx/runtime"}, ()


HELIX = Program("hx", "usr/lib/hx/hx", _surroundings, lambda said: said.startswith("helix "))

if __name__ == "__main__":
    raise SystemExit(HELIX.main())
