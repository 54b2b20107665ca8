"""Translates the stream of an answer event by event, and tells whether the stream had its proper end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from routerd.domain.dialect_name import DialectName
from routerd.providers.dialects.chat_stream import ChatStreamReader, ChatStreamWriter
from routerd.providers.dialects.messages_stream_reader import MessagesStreamReader
from routerd.providers.dialects.messages_stream_writer import MessagesStreamWriter
from routerd.providers.dialects.model_answer import AnswerEnded, AnswerFailed, Step, UnreadableAnswerError
from routerd.providers.dialects.responses_stream_reader import ResponsesStreamReader
from routerd.providers.dialects.responses_stream_writer import ResponsesStreamWriter

OutEvent = tuple[str | None, str]
"""The name of an event, or ``None``, and its data."""


class StreamReader(Protocol):
    """Reads the events of one dialect; each keeps what it must remember of one answer."""

    def feed(self, data: str) -> list[Step]:
        """The steps of one event. Raises UnreadableAnswerError."""

    def end(self) -> list[Step]:
        """The steps that are due where no more events come. Raises UnreadableAnswerError where it is a cut."""


class StreamWriter(Protocol):
    """Writes the events of one dialect."""

    def write(self, step: Step) -> list[OutEvent]:
        """The events of one step."""


READERS: dict[DialectName, type[StreamReader]] = {
    DialectName.CHAT: ChatStreamReader,
    DialectName.RESPONSES: ResponsesStreamReader,
    DialectName.MESSAGES: MessagesStreamReader,
}
WRITERS: dict[DialectName, type[StreamWriter]] = {
    DialectName.CHAT: ChatStreamWriter,
    DialectName.RESPONSES: ResponsesStreamWriter,
    DialectName.MESSAGES: MessagesStreamWriter,
}


@dataclass(frozen=True, slots=True)
class StreamEnd:
    """The end of a stream."""

    events: list[OutEvent]
    """What is still to be sent."""
    whole: bool
    """Whether the answer is whole. If not, an error was sent or is to be sent, and no proper end."""
    reason: str = ""
    """Why it is not whole."""


class EventTranslator:
    """One answer: ``feed`` it the upstream's events, send what it returns, and ask for the ``end``.

    Nothing of a proper end is sent before the upstream's own proper end. After an error nothing more is sent.
    """

    def __init__(self, upstream: DialectName, client: DialectName) -> None:
        self._reader = READERS[upstream]()
        self._writer = WRITERS[client]()
        self._last: AnswerEnded | AnswerFailed | None = None

    def feed(self, event: str | None, data: str) -> list[OutEvent]:
        """The client's events of one event of the upstream: its name, which may be missing, and its data."""
        if self._last is not None:
            return []
        try:
            steps = self._reader.feed(data)
        except UnreadableAnswerError as cut:
            steps = [AnswerFailed("upstream_error", str(cut))]
        return self._written(steps)

    def end(self) -> StreamEnd:
        """What is left to be sent once the upstream sends no more, and whether the answer is whole."""
        events: list[OutEvent] = []
        reason = ""
        if self._last is None:
            try:
                events = self._written(self._reader.end())
            except UnreadableAnswerError as cut:
                reason = str(cut)
        if isinstance(self._last, AnswerFailed):
            reason = self._last.message
        return StreamEnd(events, isinstance(self._last, AnswerEnded), reason)

    def _written(self, steps: list[Step]) -> list[OutEvent]:
        events: list[OutEvent] = []
        for step in steps:
            if self._last is None:
                events += self._writer.write(step)
            if isinstance(step, AnswerEnded | AnswerFailed):
                self._last = self._last or step
        return events
