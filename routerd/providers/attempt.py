"""One call under way: which deployment, with which key and dialect, since when and why."""

from __future__ import annotations

from dataclasses import dataclass

from routerd.domain.model import ModelRef
from routerd.domain.settings import ProviderSettings, Quirks
from routerd.providers.draft import Draft
from routerd.providers.keys import ProviderKey


@dataclass(frozen=True, slots=True)
class RunningAttempt:
    """What is known of a call while it runs; the draft fills as it does."""

    model: ModelRef
    provider: ProviderSettings
    key: ProviderKey
    quirks: Quirks
    started: float
    """Monotonic seconds."""
    why: str | None
    """Why this deployment, where it is not the first of the list."""
    draft: Draft
