"""The port of a batch's state: every method is one transaction, so that a process may end between any two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from routerd.domain.batch import Item, ItemState
from routerd.domain.reply import Change
from routerd.domain.stored_reply import StoredReply
from routerd.domain.text import Text


class BatchStore(Protocol):
    """The state of batches. Each method raises LedgerError where the file cannot be read or written."""

    def keep_texts(self, texts: Mapping[str, Text]) -> None:
        """Stores texts by their hashes, before the items that are about them."""

    def save_plan(self, batch: str, about: Mapping[str, str], items: Iterable[Item], at: datetime) -> None:
        """Adds what is new and selects exactly these items; states and results of known items are kept."""

    def renew(self, batch: str, items: Iterable[str]) -> None:
        """Forgets how items ended and what was answered, so that they are asked anew."""

    def items(self, batch: str) -> tuple[Item, ...]:
        """The selected items in their order, and others whose answers are still to come."""

    def text(self, hashed: str) -> Text:
        """The text of a hash."""

    def keep_reply(self, batch: str, item: str, reply: StoredReply) -> None:
        """Stores an answer that arrived."""

    def replies(self, batch: str, item: str) -> tuple[StoredReply, ...]:
        """The answers of an item, in the order of their arrival."""

    def finish(self, batch: str, item: Item, change: Change | None) -> None:
        """Stores how an item ended, with its change where there is one."""

    def change(self, batch: str, item: str) -> Change | None:
        """The change of an item, relative to the text that was planned."""

    def set_state(self, batch: str, items: Iterable[str], state: ItemState, message: str = "") -> None:
        """Moves items to a state."""

    def stop(self, root: str) -> bool:
        """Asks the process that has a tree to stop; whether there is one."""

    def stop_asked(self, root: str, pid: int) -> bool:
        """Whether this process was asked to stop."""

    def lock(self, root: str, pid: int, at: datetime) -> int | None:
        """Takes the tree for this process; the id of the living process that has it, or ``None``."""

    def unlock(self, root: str, pid: int) -> None:
        """Gives the tree back."""

    def spent(self, batch: str) -> Decimal | None:
        """Dollars of all items so far; ``None`` where the price of one is unknown."""
