"""A submission: items that were handed over to a provider's batch service together; and the port of its state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from routerd.domain.batch import Item, ItemState
from routerd.domain.model import ModelRef
from routerd.domain.stored_reply import StoredReply


@dataclass(frozen=True, slots=True)
class Submission:
    """One batch at a provider that is not settled."""

    label: str
    """Our own name of it."""
    batch: str
    model: ModelRef
    job: str | None
    """The provider's id; ``None`` where the process ended, or the connection broke, before it was known."""
    at: float
    """Unix seconds."""
    counted: Mapping[str, int]
    """The ids of its items, with their input tokens by the local count."""


class Submissions(Protocol):
    """The state of submissions. Each method is one transaction, and raises LedgerError."""

    def begin(self, submission: Submission, items: Sequence[Item], at: datetime) -> None:
        """Stores a submission before it is handed over; its items are submitted with the tier and model they have."""

    def name_job(self, label: str, job: str) -> None:
        """Stores the provider's id."""

    def unsettled(self, batch: str) -> tuple[Submission, ...]:
        """The submissions of a batch that still have something to come, oldest first."""

    def jobs(self) -> frozenset[str]:
        """The provider's ids of all submissions that were ever made."""

    def receive(self, submission: Submission, item: str, reply: StoredReply) -> bool:
        """Stores an answer; false where the item's answer is here already, so that nothing is taken twice."""

    def give_back(self, submission: Submission, items: Sequence[str], state: ItemState, message: str) -> list[str]:
        """Moves those of the items that are still submitted to a state; which they were."""

    def waiting(self, submission: Submission) -> list[str]:
        """Its items that are still submitted."""

    def settle(self, label: str) -> None:
        """Nothing more is to come."""
