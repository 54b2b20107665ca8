"""The port by which several machines that work on one batch share its items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from routerd.domain.stored_reply import StoredReply


@dataclass(frozen=True, slots=True)
class Claim:
    """An item that nobody else asks now."""

    answers: tuple[StoredReply, ...]
    """What other machines were answered, oldest first; they have booked it."""
    ended: bool
    """Whether these are all: nothing more needs to be asked."""


class Claims(Protocol):
    """An item of one wave is asked by one machine at a time."""

    async def take(self, item: str, wave: int) -> Claim | None:
        """Takes an item for this machine; ``None`` while another one has it. Raises LedgerError."""

    async def answered(self, item: str, reply: StoredReply) -> None:
        """Shares an answer that this machine paid for."""

    async def end(self, item: str, wave: int, *, done: bool) -> None:
        """Gives an item back; ``done``: its answers are all that there are."""

    async def forget(self, items: list[str]) -> None:
        """Drops what is known of items, so that they are asked anew."""
