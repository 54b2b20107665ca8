"""Says one answer on one connection, striking the fault of its turn and keeping count of what was said."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from dataclasses import replace

from tests.loopback import wire
from tests.loopback.frames import Answer, Frame
from tests.loopback.http1 import Connection
from tests.loopback.turns import Fault, Turn
from tests.loopback.witness import Seen


class StruckError(Exception):
    """The fault was struck: the connection is not to be used again."""


class Speaker:
    """One answer. `release` lets a hanging one go on; `changed` is called when the record has news."""

    def __init__(
        self,
        connection: Connection,
        turn: Turn,
        seen: Seen,
        *,
        release: Callable[[], asyncio.Event],
        count: Callable[[str], int],
        changed: Callable[[], None],
    ) -> None:
        self._connection, self._turn, self._seen = connection, turn, seen
        self._release, self._count, self._changed = release, count, changed

    async def say(self, body: str) -> None:
        """A body that is no completion: a list, or in its place the error of the turn."""
        if self._turn.fault:
            await self._strike_silent(self._turn.fault)
        error = self._turn.error
        await self._send_whole((body if error is None else json.dumps({"error": error})).encode())

    async def say_raw(self) -> None:
        """The bytes of the turn, and then the end of the connection. Raises StruckError."""
        for piece in self._turn.raw:
            await self._connection.send(piece)
        raise StruckError

    async def say_stream(self, stream: list[Frame]) -> None:
        fault, turn = self._turn.fault, self._turn
        strike = -1
        if fault and fault.at == "headers":
            await self._strike_silent(fault)
        elif fault:
            strike = wire.strike_index(fault.at, stream)
        coding = wire.Encoder(turn.gzip)
        headers = {"content-type": "text/event-stream; charset=utf-8", "transfer-encoding": "chunked"}
        await self._begin({**headers, "cache-control": "no-cache"})
        for index, frame in enumerate(stream):
            if fault and index == strike and not await self._strike(fault, coding):
                break
            if turn.comments:
                await self._connection.send(coding.piece(wire.COMMENT))
            if frame.label == "text":
                await self._produce(frame.text)
            await self._connection.send(coding.piece(frame.data))
        await self._connection.send(coding.end())

    async def say_whole(self, answer: Answer) -> None:
        """The same without a stream: it takes as long, and then comes at once."""
        fault = self._turn.fault
        if fault and fault.at == "headers":
            await self._strike_silent(fault)
        until = fault.at if fault and isinstance(fault.at, int) else len(answer.pieces)
        for piece in answer.pieces[:until]:
            await self._produce(piece)
        body = wire.whole(self._turn, answer)
        if fault is None or fault.at in ("headers", "done"):
            await self._send_whole(body)
        elif fault.kind == "cut":
            short = replace(answer, text="".join(answer.pieces[:until]), finish=None)
            await self._send_whole(wire.whole(self._turn, short))
        elif fault.kind == "error":
            await self._send_whole(json.dumps({"error": wire.STREAM_ERROR}).encode())
        elif fault.kind == "malformed":
            await self._send_whole(body[: len(body) // 2])
        else:
            await self._send_half(body, fault)

    async def _produce(self, piece: str) -> None:
        """One more piece of text: it takes its time, and is billed whether or not it arrives."""
        if self._turn.delay_s:
            await asyncio.sleep(self._turn.delay_s)
        self._seen.pieces_sent += 1
        self._seen.text_sent += piece
        self._seen.billed.completion_tokens = self._count(self._seen.text_sent)
        self._changed()

    async def _strike(self, fault: Fault, coding: wire.Encoder) -> bool:
        """Strikes between two frames; whether the rest of the stream is to follow. Raises StruckError."""
        if fault.kind == "hang":
            await self._hang(coding)
        elif fault.kind == "malformed":
            await self._connection.send(coding.piece(wire.HALF_EVENT))
        elif fault.kind == "error":
            await self._connection.send(coding.piece(wire.error_event(self._seen.asked)))
        elif fault.kind != "cut":
            await self._strike_silent(fault)
        return fault.kind in ("hang", "malformed")

    async def _hang(self, coding: wire.Encoder | None) -> None:
        release = self._release()  # asked for now: one that came before the hang does not end it
        self._seen.hanging = True
        self._changed()
        while not release.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._turn.heartbeat_s if coding else None):
                    await release.wait()
            if coding:
                await self._connection.send(coding.piece(wire.COMMENT))
        self._seen.hanging = False

    async def _strike_silent(self, fault: Fault) -> None:
        """Hangs, or ends the connection. Raises StruckError for the latter."""
        if fault.kind == "hang":
            await self._hang(None)
            return
        if fault.kind == "reset":
            self._connection.reset()
        raise StruckError

    async def _begin(self, headers: dict[str, str]) -> None:
        coding = {"content-encoding": "gzip"} if self._turn.gzip else {}
        await self._connection.send(wire.head(self._turn.status, {**headers, **coding, **self._turn.headers}))
        self._seen.status = self._turn.status
        self._changed()

    async def _send_whole(self, body: bytes) -> None:
        if self._turn.gzip:
            coding = wire.Encoder(gzip=True)
            await self._begin({"content-type": "application/json", "transfer-encoding": "chunked"})
            await self._connection.send(coding.piece(body) + coding.end())
        else:
            await self._begin({"content-type": "application/json", "content-length": str(len(body))})
            await self._connection.send(body)

    async def _send_half(self, body: bytes, fault: Fault) -> None:
        half = len(body) // 2
        await self._begin({"content-type": "application/json", "content-length": str(len(body))})
        await self._connection.send(body[:half])
        await self._strike_silent(fault)
        await self._connection.send(body[half:])
