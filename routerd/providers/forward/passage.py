"""The bytes of one answer on their way to the client: held until there is content, watched, and translated."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Protocol

from routerd.domain.api_errors import written_event
from routerd.domain.attempt import Attempt
from routerd.domain.forward_ports import ForwardMeter, Sink
from routerd.domain.forwarded import AnswerHead, ForwardedRequest
from routerd.domain.model import ModelRef
from routerd.domain.ports import Counter
from routerd.domain.settings import Limits
from routerd.domain.verdict import Refusal
from routerd.providers.call import may_be_billed
from routerd.providers.dialects.event_translator import EventTranslator
from routerd.providers.dialects.translate import translate_answer
from routerd.providers.failover import FailoverState
from routerd.providers.failure import Failure, FaultKind, ProviderFault, ProviderFaultError
from routerd.providers.forward.outgoing import Outgoing
from routerd.providers.forward.raw_events import RawEvents, fields
from routerd.providers.forward.transport import Incoming, Transport
from routerd.providers.forward.watch import Watch
from routerd.providers.metering import estimated_tokens
from routerd.providers.policy import RunningAttempt
from routerd.providers.provider_state import Clock
from routerd.providers.sse import TooLong

HELD_EVENTS, HELD_BYTES = 64, 256 * 1024
"""What is held back at most before the first content: while nothing has left, another deployment may answer."""
MOST_BYTES = 1 << 28
"""Of one answer: 256 MB, more than any model generates; images come as base64."""
WHOLE_S = 600.0
"""Silence that is waited for where the answer comes in one piece: the SDKs' own timeout."""
_BOM = b"\xef\xbb\xbf"
_BLANK = b" \t\r\n" + _BOM
_EVENTS = "text/event-stream; charset=utf-8"
_TOP_UP_EVENTS = 16
"""Events between two looks at how much was generated."""


@dataclass
class ForwardState(FailoverState):
    """The state of one request that passes through."""

    request: ForwardedRequest | None = None
    sink: Sink | None = None
    account: ForwardMeter | None = None
    """The same as ``meter``."""
    committed: bool = False
    """Whether anything of an answer has left: no other deployment may answer then."""
    refused: ProviderFault | None = None
    """The last refusal, and which failure it is."""
    refused_as: Failure | None = None
    waits: list[float] = field(default_factory=list)


class PassageEngine(Protocol):
    """What a passage needs of its engine."""

    transport: Transport
    counter: Counter
    clock: Clock

    def limits_of(self, model: ModelRef) -> Limits:
        """The time limits of calls of a model."""

    def book(self, state: ForwardState, running: RunningAttempt) -> Attempt:
        """The attempt of a whole answer."""


class TopUpRefusedError(Exception):
    """The budget allows no more of a stream under way."""


class Passage:
    """The bytes of one answer on their way to the client."""

    def __init__(
        self,
        engine: PassageEngine,
        state: ForwardState,
        running: RunningAttempt,
        watch: Watch,
    ) -> None:
        self._engine, self._state, self._running, self._watch = engine, state, running, watch
        self.refused: str | None = None
        self._sent: Outgoing | None = None
        self._translator: EventTranslator | None = None
        self._looked = self._generated = 0

    async def run(self, sent: Outgoing) -> Attempt:
        """Send the request and pass the answer on. Raises ProviderFaultError; cancelling closes the socket."""
        request, draft = self._state.request, self._running.draft
        assert request is not None
        self._sent = sent
        if sent.dialect is not request.endpoint.dialect:
            self._translator = EventTranslator(sent.dialect, request.endpoint.dialect)
        limits = self._engine.limits_of(self._running.model)
        first_s = limits.first_token_s if request.streamed else max(WHOLE_S, limits.first_token_s)
        draft.sent = True
        incoming: Incoming | None = None
        try:
            async with asyncio.timeout(first_s) as limit:
                assert self._state.account is not None
                told = self._state.account.sending()
                if told is not None:
                    await told
                incoming = await self._engine.transport.post(sent.url, sent.headers, sent.body)
                draft.headers = incoming.headers
                if incoming.status >= 300:
                    raise ProviderFaultError(await incoming.refusal(self._engine.clock.wall()))
                async with aclosing(incoming.pieces(MOST_BYTES)) as pieces:
                    begin = await _beginning(pieces)
                    if incoming.content_type == "text/html" or begin.lstrip(_BLANK)[:1] == b"<":
                        raise ProviderFaultError(ProviderFault(FaultKind.NO_API, message="a web page"))
                    # One piece of JSON or events, by whatever name: some providers call their streams JSON.
                    if not request.streamed or begin.lstrip(_BLANK)[:1] in (b"{", b"["):
                        return await self._whole(incoming, begin, pieces)
                    events = _chain(begin.removeprefix(_BOM), pieces)
                    return await self._stream(incoming, events, limit, limits.between_tokens_s)
        except TimeoutError:
            sign = FaultKind.STALLED if self._watch.content else FaultKind.SILENT
            raise ProviderFaultError(ProviderFault(sign)) from None
        except ProviderFaultError as error:
            self._watch.read_text()
            draft.sent = may_be_billed(error.fault.sign, draft)
            raise
        finally:
            if incoming is not None:
                incoming.close()

    async def _whole(self, incoming: Incoming, begin: bytes, pieces: AsyncGenerator[bytes]) -> Attempt:
        body = b"".join([begin, *[piece async for piece in pieces]])
        said = self._watch.whole(body)
        request = self._state.request
        if self._translator is not None and request is not None and self._sent is not None:
            body = json.dumps(translate_answer(said, self._sent.dialect, request.endpoint.dialect)).encode()
        self._watch.read_text()
        booked = self._engine.book(self._state, self._running)
        await self._begin(incoming, booked)
        assert self._state.sink is not None
        await self._state.sink.write(body)
        return booked

    async def _stream(  # noqa: C901  # one loop, with each way in which a piece ends it
        self, incoming: Incoming, pieces: AsyncIterator[bytes], limit: asyncio.Timeout, between_s: float
    ) -> Attempt:
        loop, events, held = asyncio.get_running_loop(), RawEvents(), bytearray()
        watch, sink = self._watch, self._state.sink
        assert sink is not None
        async for piece in pieces:
            _extend(limit, between_s if watch.content else self._first_s(), loop.time())
            try:
                for event in events.feed(piece):
                    held += self._out(watch.event(event))
            except TooLong:
                raise ProviderFaultError(ProviderFault(FaultKind.ENDLESS)) from None
            except ProviderFaultError:
                if self._state.committed and held:  # what came whole before the error is the client's
                    await self._pass_on(incoming, held, limit)
                raise
            full = watch.events > HELD_EVENTS or len(held) > HELD_BYTES
            if held and (self._state.committed or watch.content or full):
                await self._pass_on(incoming, held, limit)
                held.clear()
                _extend(limit, between_s, loop.time())
                await self._top_up()
        rest = events.rest()
        if rest.strip():
            held += self._out(watch.event(rest + b"\n\n"))
        watch.check_end()
        if self._translator is not None:
            end = self._translator.end()
            if not end.whole:
                raise ProviderFaultError(ProviderFault(FaultKind.CUT, message=end.reason))
            held += b"".join(written_event(name, data) for name, data in end.events)
        if held:
            await self._pass_on(incoming, held, limit)
        if self._running.draft.usage is None:
            watch.read_text()
        return self._engine.book(self._state, self._running)

    def _out(self, event: bytes | None) -> bytes:
        """What the client is sent for an event: its own bytes, or those of its API."""
        if event is None or self._translator is None:
            return event or b""
        name, data = fields(event)
        if not data:
            return b""
        passed = self._translator.feed(name or None, data.decode("utf-8", "replace"))
        return b"".join(written_event(*one) for one in passed)

    async def _pass_on(self, incoming: Incoming, held: bytearray, limit: asyncio.Timeout) -> None:
        """A slow reader is waited for, as the provider is not to blame for it."""
        assert self._state.sink is not None
        if not self._state.committed or not self._state.sink.idle(len(held)):
            limit.reschedule(None)
        await self._begin(incoming, None)
        await self._state.sink.write(bytes(held))

    def _first_s(self) -> float:
        return self._engine.limits_of(self._running.model).first_token_s

    async def _begin(self, incoming: Incoming, attempt: Attempt | None) -> None:
        if self._state.committed:
            return
        self._state.committed = True
        assert self._state.sink is not None
        await self._state.sink.begin(
            AnswerHead(
                status=incoming.status,
                content_type=_EVENTS if attempt is None else incoming.headers.get("content-type", "application/json"),
                model=self._running.model,
                tier=self._state.candidate.tier,
                attempts=self._state.attempts + (attempt is None),
                streamed=attempt is None,
                attempt=attempt,
                dropped=self._sent.dropped if self._sent else (),
            )
        )

    async def _top_up(self) -> None:
        """Hold more money where the answer is longer than what is held pays for. Raises where there is none."""
        if self._watch.events - self._looked < _TOP_UP_EVENTS:
            return
        self._looked = self._watch.events
        self._generated += estimated_tokens(self._engine.counter, self._watch.read_text())
        assert self._state.account is not None
        refusal = await self._state.account.more(self._running.model, self._state.input_tokens, self._generated)
        if isinstance(refusal, Refusal):
            self.refused = refusal.message
            raise TopUpRefusedError(refusal.message)


def _extend(limit: asyncio.Timeout, seconds: float, now: float) -> None:
    """Let silence last so long from now on, and a twentieth more at most: a timer for each piece would cost more."""
    until, slack = now + seconds, seconds / 20
    armed = limit.when()
    if armed is None or not until <= armed <= until + slack:
        limit.reschedule(until + slack)


async def _beginning(pieces: AsyncIterator[bytes]) -> bytes:
    """The pieces up to the first that is not blank."""
    begin = b""
    async for piece in pieces:
        begin += piece
        if begin.strip(_BLANK) or len(begin) > HELD_BYTES:
            break
    return begin


async def _chain(begin: bytes, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield begin
    async for piece in pieces:
        yield piece
