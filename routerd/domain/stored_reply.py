"""What a batch stores of an answer that was paid for, before anything else is done with it."""

from __future__ import annotations

from dataclasses import dataclass

from routerd.domain.attempt import Attempt


@dataclass(frozen=True, slots=True)
class StoredReply:
    """A complete answer."""

    text: str
    attempt: Attempt
    wave: int
