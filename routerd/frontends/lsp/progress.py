"""A job's Observer, shown as LSP work-done progress: stage, tokens, cost so far and seconds; a few reports a second."""

from __future__ import annotations

import asyncio
import time
from decimal import Decimal

from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.money import dollars
from routerd.frontends.lsp.client import EditorClient, NoAnswerError, Wire
from routerd.frontends.shapes import Json

_CREATE_S = 5.0
"""Time a client has to set up a progress; without its answer there is none."""
_EVERY_S = 0.4
"""Between two reports: often enough to look alive, seldom enough not to flood a log."""


class Progress:
    """What a job is doing now; costs nothing where the client shows no progress."""

    def __init__(self, wire: Wire, client: EditorClient, title: str) -> None:
        self._wire = wire
        self._client = client
        self._title = title
        self._began = time.monotonic()
        self._stage = "starting"
        self._tokens = 0
        self._spent = Decimal(0)
        self._running = Decimal(0)
        """Dollars of the attempt under way, by what arrived of it."""
        self._token: str | int | None = None
        """Set once the client shows the progress."""

    def stage(self, name: str, model: ModelRef | None = None) -> None:
        """As the Watch port says."""
        self._stage = f"{name} {model.model}" if model and model != OFFLINE else name
        self._tokens = 0

    def tokens(self, so_far: int, cost: Decimal | None) -> None:
        """As the Watch port says."""
        self._tokens, self._running = so_far, cost or Decimal(0)

    def attempted(self, attempt: Attempt) -> None:
        """Show a failed attempt, as what follows takes longer, and its cost."""
        self._spent += attempt.cost or 0
        self._running = Decimal(0)
        if attempt.status not in (AttemptStatus.OK, AttemptStatus.CANCELLED):
            self._stage = f"{attempt.model.model}: {attempt.status.value.replace('_', ' ')}, going on"

    @property
    def words(self) -> str:
        """The stage, the tokens so far, the cost so far (about, while the bill is still to come), and the seconds."""
        tokens = f" · {self._tokens:,} tokens" if self._tokens else ""
        so_far = self._spent + self._running
        spent = f" · {'≈ ' if self._running else ''}{dollars(so_far)}" if so_far else ""
        return f"{self._stage}{tokens}{spent} · {time.monotonic() - self._began:.0f} s"

    async def show(self, token: str | int, created: bool) -> None:
        """Report until cancelled, under a token that the client gave (``created``) or that it is asked to set up."""
        if not created:
            if not self._client.progress:
                return
            try:
                await self._wire.ask("window/workDoneProgress/create", {"token": token}, _CREATE_S)
            except NoAnswerError:
                return
        self._token = token
        said = self.words
        self._tell({"kind": "begin", "title": self._title, "cancellable": True, "message": said})
        while True:
            await asyncio.sleep(_EVERY_S)
            if (words := self.words) != said:
                said = words
                self._tell({"kind": "report", "cancellable": True, "message": said})

    def end(self, message: str) -> None:
        """End the progress with a last message."""
        if self._token is not None:
            self._tell({"kind": "end", "message": message})
            self._token = None

    def _tell(self, value: Json) -> None:
        self._wire.tell("$/progress", {"token": self._token, "value": value})
