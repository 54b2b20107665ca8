"""The ports of the gateway: what passes requests of other programs through, its account, and where answers go."""

from __future__ import annotations

from typing import Protocol

from routerd.domain.attempt import Attempt
from routerd.domain.forwarded import AnswerHead, ForwardedRequest
from routerd.domain.model import ModelRef
from routerd.domain.ports import Meter
from routerd.domain.prompt import Prompt
from routerd.domain.quote import Candidate
from routerd.domain.verdict import Refusal


class ForwardMeter(Meter, Protocol):
    """The account of one request that passes through: a stream's money is topped up while it arrives."""

    async def more(self, model: ModelRef, counted: int, generated: int) -> Refusal | None:
        """Sees to it that more is reserved than ``generated`` output tokens cost; a Refusal if the budget has no more.

        ``counted``: the call's input tokens by the local tokenizer.
        """


class Sink(Protocol):
    """Where an answer that passes through goes: to one client."""

    async def begin(self, head: AnswerHead) -> None:
        """Send the headers; nothing was sent before."""

    def idle(self, size: int) -> bool:
        """Whether so many bytes can be written without waiting for the client."""

    async def write(self, data: bytes) -> None:
        """Send a piece of the body; waits for a slow reader. Raises ConnectionError where the client is gone."""


class Forwarder(Protocol):
    """Passes requests of other programs through to a provider, with failover before the first content."""

    def first_of(self, prompt: Prompt, candidate: Candidate) -> ModelRef:
        """The deployment that ``forward`` would call first in the current state; makes no call."""

    async def forward(
        self, request: ForwardedRequest, prompt: Prompt, candidate: Candidate, meter: ForwardMeter, sink: Sink
    ) -> Attempt:
        """Pass on the answer of the first deployment that begins one; its attempt is returned.

        ``prompt`` has only the sizes of the request. Attempts that failed before, or ended in the fault or in a
        cancellation, are in ``meter.attempts``. Cancelling the task closes the connection.
        Raises UpstreamError where no deployment answered or the answer broke off, OverBudget where none may be asked
        or no more may be spent on it.
        """
