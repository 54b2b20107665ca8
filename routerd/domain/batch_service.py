"""The port of providers' batch services: requests are handed over together, and answered within a day for less."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from routerd.domain.attempt import Attempt
from routerd.domain.errors import UpstreamError
from routerd.domain.model import ModelRef
from routerd.domain.prompt import Prompt
from routerd.domain.tier import Tier

BATCH_TIER = "batch"
"""The service tier under which price lists and answers name what a batch service charges."""


class JobState(StrEnum):
    """How far a provider is with a batch."""

    RUNNING = "running"
    ENDED = "ended"
    """Completed, expired or cancelled: what was answered is there, and charged."""
    FAILED = "failed"
    """Refused as a whole before anything was answered."""


@dataclass(frozen=True, slots=True)
class JobView:
    """What a provider says of a batch."""

    state: JobState
    said: str
    """The provider's own word for it."""
    done: int | None = None
    """Requests that it counts as answered, and so charges; ``None`` where it says nothing."""
    total: int | None = None
    reason: str = ""
    """Why it failed."""
    retry_after_s: float | None = None
    """Seconds after which the provider wants to be asked again."""


@dataclass(frozen=True, slots=True)
class BatchedRequest:
    """One request of a batch."""

    custom_id: str
    """By this alone an answer is known."""
    prompt: Prompt
    max_output: int
    counted: int
    """Input tokens by the local count."""


Asked = tuple[Tier, int]
"""The tier of a request, and its input tokens by the local count."""


@dataclass(frozen=True, slots=True)
class BatchedResult:
    """What a batch says of one of its requests."""

    custom_id: str
    """Empty for a line that names none."""
    text: str = ""
    attempt: Attempt | None = None
    """With its bill; ``None`` where nothing was charged."""
    reason: str = ""
    """Why there is no whole answer; empty where there is one."""
    again: bool = False
    """It was not asked at all, as the batch expired or was cancelled."""


class NotKnownIfTaken(UpstreamError):
    """The connection broke while a batch was handed over: the provider may have it."""


class NoSuchBatch(UpstreamError):
    """The provider does not know the batch, or not with this key."""


class BatchService(Protocol):
    """The batch services of the configured providers. Each method raises UpstreamError."""

    @property
    def part_requests(self) -> int:
        """Requests that one batch may hold."""

    @property
    def part_bytes(self) -> int:
        """Size of their bodies together."""

    def offered(self, model: ModelRef) -> bool:
        """Whether the model's provider is known to have one that can be asked."""

    def size(self, model: ModelRef, request: BatchedRequest) -> int:
        """The size of a request's body in bytes."""

    async def submit(self, model: ModelRef, requests: Sequence[BatchedRequest], label: str) -> str:
        """Hands a part over; the provider's id of it. ``label``: our own name, by which ``find`` finds it.

        Raises NotKnownIfTaken.
        """

    async def find(self, model: ModelRef, label: str, count: int, since: float) -> tuple[str, ...]:
        """The ids of batches that may be the one of a label: as many requests, made since about a Unix time."""

    async def look(self, model: ModelRef, job: str) -> JobView:
        """How far it is. Raises NoSuchBatch."""

    def results(self, model: ModelRef, job: str, asked: Mapping[str, Asked]) -> AsyncGenerator[BatchedResult]:
        """Its results as they are read, in any order. ``asked``: what was handed over, by custom id."""

    async def cancel(self, model: ModelRef, job: str) -> None:
        """Asks the provider to stop; what is answered until then is charged. Raises NoSuchBatch."""
