"""The user's own clock."""

from __future__ import annotations

from datetime import datetime


def now() -> datetime:
    """The time in the user's own zone: budgets begin anew at the user's midnight."""
    return datetime.now().astimezone()
