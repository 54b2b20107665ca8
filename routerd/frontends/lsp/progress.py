"""A job's Watch, shown as LSP work-done progress: stage, tokens, cost so far and seconds; a few reports a second."""

from __future__ import annotations

import asyncio
import time
from decimal import Decimal

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
        self._cost = Decimal(0)
        """Dollars of the job so far, by what arrived of its answers."""
        self._token: str | int | None = None
        """Set once the client shows the progress."""

    def stage(self, name: str, model: ModelRef | None = None) -> None:
        """As the Observer port says."""
        self._stage = f"{name} {model.model}" if model and model != OFFLINE else name
        self._tokens = 0

    def wrote(self, text: str) -> None:
        """Nothing: an editor is given no answer that was not checked."""

    def tokens(self, so_far: int, cost: Decimal | None) -> None:
        """As the Observer port says."""
        self._tokens, self._cost = so_far, cost or self._cost

    @property
    def words(self) -> str:
        """The stage, the tokens so far, the cost so far (about, as a bill may still come), and the seconds."""
        tokens = f" · {self._tokens:,} tokens" if self._tokens else ""
        spent = f" · ≈ {dollars(self._cost)}" if self._cost else ""
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
        """Take the progress away with a last word."""
        if self._token is not None:
            self._tell({"kind": "end", "message": message})
            self._token = None

    def _tell(self, value: Json) -> None:
        self._wire.send("$/progress", {"token": self._token, "value": value})
