"""Whatever a provider sends, the call is a failed attempt that is booked once, and the next deployment is asked."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from decimal import Decimal
from itertools import repeat
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from routerd.domain.attempt import Attempt
from routerd.domain.errors import RouterdError
from routerd.domain.reply import Reply
from routerd.providers.draft import Draft
from routerd.providers.probe import probe
from routerd.providers.sse import Event
from tests.loopback import Turn, Upstream
from tests.property_tests import example_count
from tests.providers.scene import Witness, candidate, engine, outcome, provider, question, run

ANSWER = "Hello."
REASONS = {200: "OK", 400: "Bad Request", 429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway"}


def http(status: int, body: bytes, *headers: str) -> tuple[bytes, bytes]:
    head = "\r\n".join([f"HTTP/1.1 {status} {REASONS[status]}", *headers, "", ""])
    return head.encode(), body


JSON, EVENTS = "content-type: application/json", "content-type: text/event-stream"
CHUNKED, GZIP = "transfer-encoding: chunked", "content-encoding: gzip"
BROKEN = {
    "cut by length": ((JSON, "content-length: 1000"), b'{"error": {"m'),
    "bad gzip": ((JSON, GZIP, "content-length: 9"), b"not gzip!"),
    "cut gzip": ((JSON, GZIP, "content-length: 9999"), gzip.compress(b'{"error": {}}' * 99)[:20]),
    "bad chunking": ((JSON, CHUNKED), b"zz\r\n{}"),
    "cut chunking": ((JSON, CHUNKED), b"400\r\n{}"),
    "an unknown coding": ((JSON, "content-encoding: xyz", "content-length: 2"), b"{}"),
    "deep": ((JSON, "content-length: 200000"), b"[" * 200_000),
    "deep event": ((EVENTS, "content-length: 200008"), b"data: " + b"[" * 200_000 + b"\n\n"),
    "no utf-8": ((JSON, "content-length: 4"), b"\xff\xfe\x00{"),
    "digits": ((JSON, "content-length: 90000"), b"7" * 90_000),
    "nothing": ((JSON, "content-length: 0"), b""),
}


async def asked(first: Turn, second: Turn | None = None) -> tuple[Reply | RouterdError, list[Attempt]]:
    """The outcome where the first deployment always answers so, and the second one well; and what was reported."""
    observer = Witness()
    async with Upstream(otherwise=first) as a, Upstream(otherwise=second or Turn(reply=ANSWER)) as b:
        running = engine({"a": provider("a", a.base_url), "b": provider("b", b.base_url)})
        return await outcome(running, candidate("a/m", "b/m"), observer), observer.attempts


@pytest.mark.parametrize(("headers", "body"), BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize(("status", "name"), [(500, "server_error"), (502, "server_error"), (429, "rate_limited")])
def test_a_refusal_keeps_its_class_whatever_its_body_is_like(
    status: int, name: str, headers: tuple[str, ...], body: bytes
) -> None:
    async def main() -> None:
        reply, attempts = await asked(Turn(raw=http(status, body, *headers)))
        assert isinstance(reply, Reply), reply
        assert reply.text == ANSWER
        assert [(one.status.value, one.cost, one.usage_estimated) for one in attempts] == [(name, Decimal(0), False)]

    run(main())


def test_the_words_and_the_time_of_a_whole_refusal_are_still_told() -> None:
    async def main() -> None:
        body = json.dumps({"error": {"message": "slow down", "code": 429}}).encode()
        turn = Turn(raw=http(429, body, JSON, f"content-length: {len(body)}", "retry-after: 7"))
        _, attempts = await asked(turn)
        assert attempts[0].reason == "rate limited (429), asks to wait 7 s: “slow down”"

    run(main())


@pytest.mark.parametrize(("headers", "body"), BROKEN.values(), ids=BROKEN.keys())
def test_a_garbled_answer_is_a_failed_attempt_and_the_next_deployment_is_asked(
    headers: tuple[str, ...], body: bytes
) -> None:
    async def main() -> None:
        reply, attempts = await asked(Turn(raw=http(200, body, *headers)))
        assert isinstance(reply, Reply), reply
        assert reply.text == ANSWER
        assert [one.status.value for one in attempts] in (["network"], ["truncated"], ["bad_request"])

    run(main())


@example_count(25, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(REASONS)), st.lists(st.sampled_from([JSON, EVENTS, CHUNKED, GZIP])), st.binary())
def test_no_bytes_stop_an_action_whose_second_deployment_is_healthy(
    status: int, headers: list[str], body: bytes
) -> None:
    async def main() -> None:
        reply, attempts = await asked(Turn(raw=http(status, body, *headers)))
        assert isinstance(reply, Reply) or status == 400
        assert "cancelled" not in [one.status.value for one in attempts]

    run(main())


class UnforeseenError(Exception):
    """Of no tree that anybody knows."""


@pytest.mark.parametrize("fault", [UnforeseenError, RecursionError, MemoryError, KeyError, ExceptionGroup])
def test_an_exception_that_nobody_foresaw_is_a_failed_attempt(
    fault: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = Draft.event

    def event(self: Draft, data: Event) -> str:
        if "poison" in data.data:
            raise fault("deep inside", [ValueError()]) if fault is ExceptionGroup else fault("deep inside")
        return seen(self, data)

    async def main() -> None:
        reply, attempts = await asked(Turn(reply="poison"))
        assert isinstance(reply, Reply), reply
        assert [one.status.value for one in attempts] == ["network"]
        assert "deep inside" not in str(attempts[0].reason)

    monkeypatch.setattr(Draft, "event", event)
    run(main())


def test_a_fault_of_whoever_watches_is_no_failure_of_the_provider() -> None:
    class Clumsy(Witness):
        def wrote(self, text: str) -> None:
            """Not kept."""

        def tokens(self, so_far: int, cost: Decimal | None) -> None:
            raise UnforeseenError

    async def main() -> None:
        observer = Clumsy()
        async with Upstream() as a:
            with pytest.raises(UnforeseenError):
                await engine({"a": provider("a", a.base_url)}).ask(question(), candidate("a/m"), observer)
        assert [one.status.value for one in observer.attempts] == ["cancelled"]
        assert len(a.seen) == 1

    run(main())


# ── what no model answered costs nothing

PAGE = b"<!doctype html><html><body>Welcome</body></html>"
ERROR = b'data: {"error": {"message": "Rate limit exceeded", "code": 429}}\n\n'
FREE = {
    "a web page": http(200, PAGE, "content-type: text/html", f"content-length: {len(PAGE)}"),
    "nothing": http(200, b"", EVENTS, "content-length: 0"),
    "no content": (b"HTTP/1.1 204 No Content\r\n\r\n",),
    "an error alone": http(200, ERROR, EVENTS, f"content-length: {len(ERROR)}"),
}


@pytest.mark.parametrize("raw", FREE.values(), ids=FREE.keys())
def test_a_call_that_no_model_answered_is_booked_at_nothing(raw: tuple[bytes, ...]) -> None:
    async def main() -> None:
        reply, attempts = await asked(Turn(raw=raw))
        assert isinstance(reply, Reply), reply
        assert attempts
        assert all((one.cost, one.usage_estimated) == (Decimal(0), False) for one in attempts)

    run(main())


def test_an_error_behind_some_text_is_still_estimated() -> None:
    async def main() -> None:
        text = b'data: {"choices": [{"delta": {"content": "Hello"}}]}\n\n'
        size = f"content-length: {len(text + ERROR)}"
        _, attempts = await asked(Turn(raw=http(200, text + ERROR, EVENTS, size)))
        assert attempts[0].cost
        assert attempts[0].usage_estimated

    run(main())


# ── sizes

TOKEN = b'data: {"choices": [{"delta": {"content": "' + b"a" * 900 + b'"}}]}\n\n'
MEGABYTE = b"a" * (1 << 20)
HUGE: dict[str, tuple[tuple[str, ...], Any]] = {
    "a line without an end": ((EVENTS,), repeat(b"data: " + MEGABYTE, 60)),
    "a comment without an end": ((EVENTS,), [b": ", *repeat(MEGABYTE, 60)]),
    "an event without an end": ((EVENTS,), repeat(b"data: 0123456789\n" * (1 << 16), 60)),
    "tokens without an end": ((EVENTS,), repeat(TOKEN * 1_000, 60)),
    "one endless word": ((EVENTS,), [b'data: {"choices": [{"delta": {"content": "', *[MEGABYTE] * 2, b'"}}]}\n\n']),
    "one body": ((JSON,), [b'{"choices": "', *repeat(MEGABYTE, 60)]),
    "a bomb": ((EVENTS, GZIP), [gzip.compress(bytes(1 << 27), 9)]),
}


@pytest.mark.parametrize(("headers", "pieces"), HUGE.values(), ids=HUGE.keys())
@pytest.mark.parametrize("status", [200, 500])
def test_an_answer_without_an_end_is_left_and_holds_nothing_up(
    status: int, headers: tuple[str, ...], pieces: Any
) -> None:
    body = list(pieces)

    async def main() -> None:
        longest = 0.0

        async def beat() -> None:
            nonlocal longest
            while True:
                began = time.thread_time()
                await asyncio.sleep(0)
                longest = max(longest, time.thread_time() - began)

        beating = asyncio.create_task(beat())
        turn = Turn(raw=(http(status, b"", *headers)[0], *body))
        reply, attempts = await asked(turn)
        beating.cancel()
        assert isinstance(reply, Reply), reply
        assert len(attempts) == 1
        assert attempts[0].cost is not None
        assert attempts[0].cost < 20
        assert longest < 0.25  # of this thread's own time, in which the server runs too

    run(main())


LISTS = [
    PAGE,
    b'{"object": "list", "data": null}',
    b"[]",
    b'{"data": [{"name": "x"}]}',
    b'{"data": ["m0"]}',
    b'{"data": [{"id": ' + b"7" * 9_000 + b"}]}",
    b"[" * 200_000,
    b"null",
    b"",
]


@pytest.mark.parametrize("body", LISTS, ids=range(len(LISTS)))
def test_no_list_of_models_breaks_the_look_at_a_provider(body: bytes) -> None:
    async def main() -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.writelines(http(200, body, JSON, f"content-length: {len(body)}"))
            await writer.drain()
            writer.close()

        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            host, port = server.sockets[0].getsockname()
            found = await probe(f"http://{host}:{port}/v1", None)
        assert found.models == ()
        assert found.problem is None or "list of models" in found.problem

    run(main())
