"""Answers as bytes, for tests of what a provider may say in place of a good stream, or around one."""

from __future__ import annotations

import json
from typing import Any

from routerd.domain.attempt import Attempt
from routerd.domain.errors import RouterdError
from routerd.domain.reply import Reply
from tests.loopback import Turn, Upstream
from tests.providers.scene import Witness, candidate, engine, outcome, provider

ANSWER = "Hello."
USAGE = {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150}
REASONS = {200: "OK", 204: "No Content", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 429: "Too Many"}
EVENTS = "text/event-stream"


def raw(status: int, body: bytes | str | dict[str, Any], kind: str = "application/json") -> Turn:
    """One answer with these bytes, of a known length."""
    if isinstance(body, dict):
        body = json.dumps(body)
    content = body.encode() if isinstance(body, str) else body
    length = "" if status == 204 else f"content-type: {kind}\r\ncontent-length: {len(content)}\r\n"
    head = f"HTTP/1.1 {status} {REASONS.get(status, 'X')}\r\n{length}connection: close\r\n\r\n"
    return Turn(raw=[head.encode(), content])


def data(body: dict[str, Any] | str) -> str:
    return f"data: {body if isinstance(body, str) else json.dumps(body)}\n\n"


def chunk(text: str | None, finish: str | None = None, **more: Any) -> str:
    delta = {} if text is None else {"content": text}
    return data({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more})


USED = data({"choices": [], "usage": USAGE})
DONE = data("[DONE]")


async def alone(turn: Turn) -> tuple[Reply | RouterdError, list[Attempt], int]:
    """Where one deployment always answers so: the outcome, the failed attempts, the number of calls."""
    observer = Witness()
    async with Upstream(otherwise=turn) as a:
        reply = await outcome(engine({"a": provider("a", a.base_url)}), candidate("a/m"), observer)
        return reply, observer.attempts, len(a.seen)


async def before_a_good_one(turn: Turn) -> tuple[Reply | RouterdError, list[Attempt]]:
    """Where the first deployment answers so, and the second one well."""
    observer = Witness()
    async with Upstream(otherwise=turn) as a, Upstream(otherwise=Turn(reply=ANSWER)) as b:
        running = engine({"a": provider("a", a.base_url), "b": provider("b", b.base_url)})
        return await outcome(running, candidate("a/m", "b/m"), observer), observer.attempts
