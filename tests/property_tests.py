"""How many examples a property test tries: all of them in the fuzz tests, a hundredth in the quick run."""

from __future__ import annotations

from typing import Any

from hypothesis import settings

FEWEST = 5
"""In the quick run: one case alone is often the trivial one."""


def example_count(most: int = 100, **more: Any) -> settings:
    """Decorates a property test that tries up to ``most`` cases; ``more`` is passed on to hypothesis' settings."""
    quick = settings.get_current_profile_name() == "quick"
    return settings(max_examples=max(FEWEST, most // 100) if quick else most, deadline=None, **more)
