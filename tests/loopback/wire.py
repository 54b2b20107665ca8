"""The bytes of an OpenAI-compatible answer, streamed or whole, as a list of labelled frames; does no I/O."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from itertools import zip_longest
from typing import Any

from tests.loopback import messages, responses
from tests.loopback.frames import CREATED, MESSAGES, RESPONSES, Answer, Frame, arguments, call_id, split
from tests.loopback.turns import Body, Position, Turn


def event(payload: object) -> bytes:
    return b"data: " + json.dumps(payload, ensure_ascii=False).encode() + b"\n\n"


COMMENT = b": still working\n\n"
DONE = b"data: [DONE]\n\n"
HALF_EVENT = b'data: {"id": "chatcmpl-0", "object": "chat.completion.chunk", "choi\n\n'
STREAM_ERROR: Mapping[str, Any] = {"message": "The provider went away.", "type": "provider_error", "code": 502}


def error_event(path: str) -> bytes:
    """The event with which a gateway tells in a stream that its provider failed."""
    if path == MESSAGES:
        told = {"type": "overloaded_error", "message": STREAM_ERROR["message"]}
        return messages.event("error", error=told)
    if path == RESPONSES:
        return b"event: error\n" + event({"type": "error", "code": "server_error", **STREAM_ERROR})
    return event({"error": STREAM_ERROR})


def frames(turn: Turn, answer: Answer, body: Body) -> list[Frame]:
    """The whole stream as it should be, in the API that was asked; faults are struck by the sender."""
    if answer.path == MESSAGES:
        return messages.frames(turn, answer)
    if answer.path == RESPONSES:
        return responses.frames(turn, answer)
    return _chat(turn, answer, body)


def _chat(turn: Turn, answer: Answer, body: Body) -> list[Frame]:
    invited = bool((body.get("stream_options") or {}).get("include_usage"))

    def chunk(delta: Mapping[str, Any], finish: str | None = None, used: object = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return event(_envelope(answer, "chat.completion.chunk", [choice], used))

    out = [Frame("role", chunk({"role": "assistant", "content": ""}))]
    out += [
        Frame("reasoning", chunk({"reasoning_content": piece})) for piece in split(turn.reasoning, turn.chunk_chars)
    ]
    out += [
        Frame("text", chunk({"content": piece}, used=used), piece)
        for piece, used in zip_longest(answer.pieces, answer.running_usage)
    ]
    for index, call in enumerate(answer.calls):
        begun = {"index": index, "id": call_id(answer, index), "type": "function"}
        out.append(Frame("role", chunk({"tool_calls": [begun | {"function": {"name": call.name, "arguments": ""}}]})))
        out += [
            Frame("role", chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]}))
            for piece in arguments(call)
        ]
    in_last = answer.usage if turn.usage_in != "own chunk" else None
    out.append(Frame("finish", chunk({}, answer.finish, in_last)))
    if invited and turn.usage_in == "own chunk" and answer.usage is not None:
        out.append(Frame("usage", event(_envelope(answer, "chat.completion.chunk", [], answer.usage))))
    out.append(Frame("done", DONE))
    return out


def whole(turn: Turn, answer: Answer) -> bytes:
    """The body of an answer that is not streamed."""
    if answer.path == MESSAGES:
        return messages.whole(turn, answer)
    if answer.path == RESPONSES:
        return responses.whole(turn, answer)
    message: dict[str, Any] = {"role": "assistant", "content": answer.text}
    if answer.calls:
        message["tool_calls"] = [
            {
                "id": call_id(answer, index),
                "type": "function",
                "function": {"name": call.name, "arguments": json.dumps(call.arguments)},
            }
            for index, call in enumerate(answer.calls)
        ]
    if turn.reasoning:
        message["reasoning_content"] = turn.reasoning
    choice = {"index": 0, "message": message, "finish_reason": answer.finish}
    return json.dumps(_envelope(answer, "chat.completion", [choice], answer.usage)).encode()


def _envelope(answer: Answer, kind: str, choices: list[Any], usage: object) -> dict[str, Any]:
    body = {
        "id": f"chatcmpl-{answer.number}",
        "object": kind,
        "created": CREATED,
        "model": answer.model,
        "choices": choices,
    }
    return body if usage is None else {**body, "usage": usage}


def strike_index(at: Position, stream: Sequence[Frame]) -> int:
    """The index of the frame before which a fault strikes. More pieces than there are: before the finish."""
    if at == "headers":
        return 0
    if at in ("finish", "done"):
        return next(i for i, frame in enumerate(stream) if frame.label == at)
    texts = [i for i, frame in enumerate(stream) if frame.label == "text"]
    return texts[at] if isinstance(at, int) and at < len(texts) else strike_index("finish", stream)


def head(status: int, headers: Mapping[str, str]) -> bytes:
    """The status line and headers of an HTTP/1.1 answer."""
    # Providers answer with numbers that no standard names: 529 is Anthropic's "overloaded".
    reason = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


class Encoder:
    """The chunked transfer coding, over gzip where it is asked for; each piece can be read as it arrives."""

    def __init__(self, gzip: bool) -> None:
        # 16 + 15: a gzip header, and the largest window (zlib manual, deflateInit2).
        self._zip = zlib.compressobj(wbits=16 + 15) if gzip else None

    def piece(self, data: bytes) -> bytes:
        if self._zip is not None:
            data = self._zip.compress(data) + self._zip.flush(zlib.Z_SYNC_FLUSH)
        return _chunk(data)

    def end(self) -> bytes:
        return (_chunk(self._zip.flush()) if self._zip is not None else b"") + b"0\r\n\r\n"


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)
