"""Several regular expressions as one, so that a line is tried against them at once."""

from __future__ import annotations

import re


def any_of(*patterns: str, flags: int = 0) -> re.Pattern[str]:
    """Whatever one of the patterns matches."""
    return re.compile("|".join(patterns), flags)
