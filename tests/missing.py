"""A program that a test needs: without it the test is skipped with a reason, and in CI on Linux it fails."""

from __future__ import annotations

import os
import shutil
import sys
from typing import NoReturn

import pytest


def missing(reason: str) -> NoReturn:
    """End the test: skipped with the reason, or failed in CI on Linux, which installs all that the tests need."""
    if os.environ.get("CI") and sys.platform == "linux":
        pytest.fail(reason)
    pytest.skip(reason)


def program(name: str, package: str) -> str:
    """The path of a program, which a package of Debian brings."""
    found = shutil.which(name)
    if found is None or os.name == "nt":  # what has one of these names on Windows is another program
        missing(f"there is no {name} here: install Debian's {package}")
    return found
