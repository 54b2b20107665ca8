"""A home of its own for a test: no ledger, configuration or cached price list of whoever runs the tests."""

from __future__ import annotations

from pathlib import Path

import pytest

FOLDERS = (
    *("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"),
    *("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"),
)
"""What programs ask for the user's folders, on any platform."""


def at_home(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Let this process, and all that it starts, take a folder for the user's home."""
    for name in FOLDERS:
        patch.setenv(name, str(folder))
    patch.delenv("ROUTERD_CONFIG", raising=False)
