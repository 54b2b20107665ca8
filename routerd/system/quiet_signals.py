"""The end of a process that holds nothing, at a signal that asks for it; cheaper to import than ``signals``."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # signal makes enumerations, which cost a relay's start
import os

_EXIT_CODES = {2: 130, 15: 0}
"""SIGINT and SIGTERM, which have these numbers everywhere, with the exit codes that ``signals`` gives them."""


def end_quietly() -> None:
    """From now on end at once with the exit code of the signal."""
    for number, code in _EXIT_CODES.items():
        _signal.signal(number, lambda _, __, code=code: os._exit(code))
