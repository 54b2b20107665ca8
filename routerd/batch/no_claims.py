"""A batch that one machine works on alone."""

from __future__ import annotations

from routerd.domain.claim_ports import Claim
from routerd.domain.stored_reply import StoredReply


class NoClaims:
    """Where nobody else works on a batch."""

    async def take(self, item: str, wave: int) -> Claim | None:
        """This machine has every item."""
        return Claim((), ended=False)

    async def answered(self, item: str, reply: StoredReply) -> None:
        """Nothing: nobody asks."""

    async def end(self, item: str, wave: int, *, done: bool) -> None:
        """Nothing."""

    async def forget(self, items: list[str]) -> None:
        """Nothing."""
