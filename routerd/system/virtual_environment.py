"""Where the interpreter of a Python virtual environment is, and what the interpreter is called without one."""

from __future__ import annotations

import sys
from pathlib import Path

if sys.platform == "win32":
    PYTHON = "python"

    def _interpreter(environment: Path) -> Path:
        return environment / "Scripts" / "python.exe"

else:
    PYTHON = "python3"

    def _interpreter(environment: Path) -> Path:
        return environment / "bin" / "python"


def interpreter_of(environment: Path) -> Path | None:
    """The interpreter of a folder that is a virtual environment; ``None`` where it is none."""
    found = _interpreter(environment)
    return found if (environment / "pyvenv.cfg").exists() and found.exists() else None
