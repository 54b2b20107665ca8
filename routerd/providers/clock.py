"""The time as a parameter: seconds that only grow, and Unix seconds that daemons share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clock:
    """Two functions without arguments; ``Clock(time.monotonic, time.time)`` in the daemon."""

    monotonic: Callable[[], float]
    wall: Callable[[], float]
