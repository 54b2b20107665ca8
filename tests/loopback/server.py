"""The upstream itself: takes requests on loopback, gives each its turn, and remembers what it saw of it."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from tests.loopback import control, wire
from tests.loopback.batch_desk import BatchDesk
from tests.loopback.compose import Count, compose, prompt_tokens, quarter_of_bytes, vector
from tests.loopback.frames import CHAT, CREATED, MESSAGES, RESPONSES
from tests.loopback.http1 import Connection, Request
from tests.loopback.limits import RateLimit
from tests.loopback.speaker import Speaker, StruckError
from tests.loopback.turns import Reply, Turn, credential, unsupported
from tests.loopback.witness import Seen, without_keys

Turns = Iterable[Turn] | Callable[[Seen], Turn]
"""One turn a chat request, in order, and then `otherwise`; or the turn as a function of the request."""

RIGHT = Turn()


class Upstream:
    """`async with Upstream(turns) as upstream`: `upstream.base_url` is what a client is given.

    reply: what a turn without its own reply says · otherwise: the turn after the last one · embed: the vector
    of a text, for `/embeddings` · keys: any other
    key is answered 401 · rejects: body fields answered 400, as some providers do · count: tokens of text.
    """

    def __init__(
        self,
        turns: Turns = (),
        *,
        reply: Reply = "Hello from the test upstream.",
        otherwise: Turn = RIGHT,
        models: Sequence[str] = ("test-model",),
        models_turn: Turn = RIGHT,
        embed: Callable[[str], Sequence[float]] = lambda text: (float(len(text)), 1.0),
        embeddings_turn: Turn = RIGHT,
        keys: Iterable[str] | None = None,
        rejects: Iterable[str] = (),
        limit: RateLimit | None = None,
        batches: BatchDesk | None = None,
        count: Count = quarter_of_bytes,
        port: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._choose = turns if callable(turns) else None
        self.turns: deque[Turn] = deque(() if callable(turns) else turns)
        self.reply, self.otherwise, self.limit = reply, otherwise, limit
        self.models, self.models_turn = models, models_turn
        self.embed, self.embeddings_turn = embed, embeddings_turn
        self.embedded: list[str] = []
        """Every text that an embedding was asked for."""
        self.seen_embeddings: list[Seen] = []
        self.seen: list[Seen] = []
        """Every chat request, in the order of arrival."""
        self._batches = batches
        self._keys = None if keys is None else {f"Bearer {key}" for key in keys}
        self._rejects = frozenset(rejects)
        self._count, self._clock, self._port = count, clock, port
        self._server: asyncio.Server | None = None
        self._kept: socket.socket | None = None
        self._open: dict[Connection, asyncio.Task[None]] = {}
        self._news, self._release = asyncio.Event(), asyncio.Event()
        self._mistakes: list[Exception] = []
        self._later: set[asyncio.Task[None]] = set()

    # ── its life

    @property
    def port(self) -> int:
        return self._port

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    async def __aenter__(self) -> Self:
        await self.listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends all connections. Raises what a `reply` or `turns` function raised, so no test hides it."""
        await self.refuse()
        if self._kept is not None:
            self._kept.close()
        tasks = [*self._open.values(), *self._later]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._mistakes and error is None:
            raise self._mistakes[0]

    async def listen(self) -> None:
        """Takes connections; after `refuse`, on the same port again."""
        if self._server is None:
            bound, self._kept = self._kept or _bound(self._port), None
            # 2048: more clients than any test opens at once; the default of 100 would drop SYNs in a bench.
            self._server = await asyncio.start_server(self._serve, sock=bound, backlog=2048)
            self._port = bound.getsockname()[1]

    async def refuse_for(self, seconds: float) -> None:
        """`refuse`, and `listen` again after so long; returns at once."""

        async def listen_then() -> None:
            await asyncio.sleep(seconds)
            await self.listen()

        await self.refuse()
        self._later.add(asyncio.create_task(listen_then()))

    async def refuse(self) -> None:
        """New connections are refused and idle ones closed; answers under way go on."""
        if self._server is not None:
            self._server.close()
            self._server = None
            # Bound and not listening: connections are refused, and no other program gets the port meanwhile.
            self._kept = _bound(self._port)
        idle = [task for connection, task in self._open.items() if connection.idle]
        for task in idle:
            task.cancel()
        await asyncio.gather(*idle, return_exceptions=True)

    def release(self) -> None:
        """Lets every answer that hangs now go on; later ones hang again."""
        self._release.set()
        self._release = asyncio.Event()

    async def wait_for(self, holds: Callable[[Self], bool], timeout_s: float = 5.0) -> None:
        """Until `holds(upstream)` of what it has seen. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            while not holds(self):
                await self._news.wait()

    def then(self, *turns: Turn) -> None:
        """More turns, after those that are still to come."""
        self.turns.extend(turns)

    @property
    def billed(self) -> tuple[int, int]:
        """(prompt, completion) tokens over all that was seen."""
        bills = [seen.billed for seen in self.seen]
        return sum(bill.prompt_tokens for bill in bills), sum(bill.completion_tokens for bill in bills)

    # ── a connection

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(reader, writer)
        task = asyncio.current_task()
        assert task is not None  # start_server runs this in a task of its own
        self._open[connection] = task
        try:
            while (request := await connection.request()) is not None:
                await self._answer(connection, request)
                connection.idle = True
                if self._server is None:
                    break  # `refuse` was called meanwhile
        except (StruckError, ConnectionError, asyncio.CancelledError):
            pass  # the fault was struck, the client left, or the server stops: each is the end of it
        except Exception as mistake:  # of a test's own function: kept for __aexit__, as nobody awaits this task
            self._mistakes.append(mistake)
        finally:
            del self._open[connection]
            await connection.close()

    async def _answer(self, connection: Connection, request: Request) -> None:
        path = request.path.partition("?")[0]
        if path.startswith("/_"):
            await connection.send(await control.obey(self, request.method, path, request.body))
            return
        shown = request.headers.get("authorization", f"Bearer {request.headers.get('x-api-key')}")
        allowed = self._keys is None or shown in self._keys
        seen = self._record(request, path)
        if path.endswith((CHAT, RESPONSES, MESSAGES)):
            self.seen.append(seen)
            turn = self._turn_for(seen) if allowed else credential(401)
            speaker = self._speaker(connection, turn, seen)
            speech = self._chat(speaker, turn, seen)
        elif path.endswith("/messages/count_tokens"):
            speaker = self._speaker(connection, RIGHT if allowed else credential(401), seen)
            speech = speaker.say(json.dumps({"input_tokens": prompt_tokens(seen.body, self._count)}))
        elif path.endswith("/embeddings"):
            self.seen_embeddings.append(seen)
            speaker = self._speaker(connection, self.embeddings_turn if allowed else credential(401), seen)
            speech = speaker.say(json.dumps(self._embeddings(seen.body)))
        elif path.endswith("/models"):
            speaker = self._speaker(connection, self.models_turn if allowed else credential(401), seen)
            speech = speaker.say(json.dumps({"object": "list", "data": [_model(name) for name in self.models]}))
        elif self._batches is not None and allowed:
            status, headers, content = self._batches.answer(request)
            if status == 0:
                raise ConnectionResetError
            await connection.send(wire.head(status, headers) + content)
            if len(content) != int(headers["content-length"]):
                raise ConnectionResetError  # the file breaks off
            return
        else:
            await connection.send(control.answer(404, {"error": {"message": f"no {path} here"}}))
            return
        await self._while_present(connection, seen, speech)

    async def _while_present(self, connection: Connection, seen: Seen, speech: Coroutine[Any, Any, None]) -> None:
        """Speaks until done or the client leaves, and notes which. Raises what ends the connection."""
        speaking, left = asyncio.create_task(speech), asyncio.create_task(connection.left())
        try:
            await asyncio.wait({speaking, left}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone = not speaking.done()
            for task in (speaking, left):
                task.cancel()
            results = await asyncio.gather(speaking, left, return_exceptions=True)
            if gone or isinstance(results[0], ConnectionError):
                seen.disconnected_at = self._clock()
            else:
                seen.finished_at = self._clock()
            seen.hanging = False
            self._tell()
        if seen.disconnected_at is not None:
            raise ConnectionResetError
        speaking.result()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    # ── an answer

    def _record(self, request: Request, path: str) -> Seen:
        try:
            body = json.loads(request.body or b"{}")
        except ValueError:
            body = None
        return Seen(
            number=len(self.seen),
            at=self._clock(),
            method=request.method,
            path=path,
            headers=without_keys(request.headers),
            raw=request.body,
            body=body if isinstance(body, dict) else {},
        )

    def _turn_for(self, seen: Seen) -> Turn:
        if self._choose is not None:
            turn = self._choose(seen)
        else:
            turn = self.turns.popleft() if self.turns else self.otherwise
        if unwanted := sorted(self._rejects & seen.body.keys()):
            return unsupported(unwanted[0])
        if self.limit is not None:
            return self.limit.judge(turn, seen.at, sum(not other.over for other in self.seen))
        return turn

    def _speaker(self, connection: Connection, turn: Turn, seen: Seen) -> Speaker:
        return Speaker(connection, turn, seen, release=lambda: self._release, count=self._count, changed=self._tell)

    def _embeddings(self, body: Mapping[str, Any]) -> dict[str, object]:
        given = body.get("input", ())
        texts = [given] if isinstance(given, str) else [str(text) for text in given]
        self.embedded += texts
        data = [
            {"object": "embedding", "index": index, "embedding": vector(self.embed(text), body)}
            for index, text in enumerate(texts)
        ]
        tokens = sum(map(self._count, texts))
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        return {"object": "list", "data": data, "model": body.get("model"), "usage": usage}

    async def _chat(self, speaker: Speaker, turn: Turn, seen: Seen) -> None:
        if turn.raw:
            await speaker.say_raw()
        if turn.status != 200 or turn.error is not None:
            await speaker.say("{}")
            return
        answer = compose(turn, seen, self.reply, self._count)
        seen.billed.prompt_tokens = answer.prompt_tokens
        self._tell()
        if seen.body.get("stream"):
            await speaker.say_stream(wire.frames(turn, answer, seen.body))
        else:
            await speaker.say_whole(answer)


def _bound(port: int) -> socket.socket:
    # With its protocol named, as asyncio sends small pieces at once only where it sees that it is TCP.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    # As asyncio does for its own: a port whose old connections linger can be bound, except on Windows, where
    # the option would let two programs share one.
    if sys.platform != "win32":
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound


def _model(name: str) -> dict[str, object]:
    return {"id": name, "object": "model", "created": CREATED, "owned_by": "test"}
