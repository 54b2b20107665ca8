"""One call under way: which deployment, with which key and dialect, since when and why."""

from __future__ import annotations

from dataclasses import dataclass

from routerd.adapters.upstream.draft import Draft
from routerd.adapters.upstream.keys import Key
from routerd.domain.model import ModelRef
from routerd.domain.settings import ProviderSettings, Quirks


@dataclass(frozen=True, slots=True)
class Try:
    """What is known of a call while it runs; the draft fills as it does."""

    model: ModelRef
    provider: ProviderSettings
    key: Key
    quirks: Quirks
    started: float
    """Monotonic seconds."""
    why: str | None
    """Why this deployment, where it is not the first of the list."""
    draft: Draft
