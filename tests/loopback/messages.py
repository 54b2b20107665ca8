"""Anthropic's messages API: the frames of a stream, and a whole answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.loopback.frames import Answer, Frame, arguments, call_id, split
from tests.loopback.turns import Turn

FINISH = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use"}


def frames(turn: Turn, answer: Answer) -> list[Frame]:
    message = _message(answer, []) | {"stop_reason": None, "usage": _usage(answer) | {"output_tokens": 1}}
    out = [Frame("role", event("message_start", message=message))]
    index = 0
    if turn.reasoning:
        out.append(_start(index, {"type": "thinking", "thinking": "", "signature": ""}))
        out += [
            Frame("reasoning", _delta(index, {"type": "thinking_delta", "thinking": piece}))
            for piece in split(turn.reasoning, turn.chunk_chars)
        ]
        out.append(Frame("reasoning", _delta(index, {"type": "signature_delta", "signature": f"by {answer.model}"})))
        out.append(_stop(index))
        index += 1
    out.append(_start(index, {"type": "text", "text": ""}))
    out += [Frame("text", _delta(index, {"type": "text_delta", "text": piece}), piece) for piece in answer.pieces]
    out.append(_stop(index))
    for number, call in enumerate(answer.calls):
        index += 1
        out.append(_start(index, {"type": "tool_use", "id": call_id(answer, number), "name": call.name, "input": {}}))
        out += [
            Frame("role", _delta(index, {"type": "input_json_delta", "partial_json": piece}))
            for piece in arguments(call)
        ]
        out.append(_stop(index))
    delta = {"stop_reason": FINISH.get(answer.finish or "", answer.finish), "stop_sequence": None}
    usage = {"usage": {"output_tokens": _usage(answer).get("output_tokens", 0)}} if answer.usage else {}
    out.append(Frame("finish", event("message_delta", delta=delta, **usage)))
    out.append(Frame("done", event("message_stop")))
    return out


def whole(turn: Turn, answer: Answer) -> bytes:
    thinking = {"type": "thinking", "thinking": turn.reasoning, "signature": f"by {answer.model}"}
    calls = [
        {"type": "tool_use", "id": call_id(answer, number), "name": call.name, "input": dict(call.arguments)}
        for number, call in enumerate(answer.calls)
    ]
    content = [*([thinking] if turn.reasoning else []), {"type": "text", "text": answer.text}, *calls]
    return json.dumps(_message(answer, content)).encode()


def event(kind: str, **fields: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields}, ensure_ascii=False)}\n\n".encode()


def _message(answer: Answer, content: list[Any]) -> dict[str, Any]:
    return {
        "id": f"msg_{answer.number}",
        "type": "message",
        "role": "assistant",
        "model": answer.model,
        "content": content,
        "stop_reason": FINISH.get(answer.finish or "", answer.finish),
        "stop_sequence": None,
        "usage": _usage(answer),
    }


def _usage(answer: Answer) -> dict[str, Any]:
    used: Mapping[str, Any] = answer.usage or {}
    cache = {name: count for name, count in used.items() if name.startswith("cache_")}
    tokens = {"input_tokens": used.get("prompt_tokens", 0), "output_tokens": used.get("completion_tokens", 0)}
    return tokens | cache


def _start(index: int, block: Mapping[str, Any]) -> Frame:
    return Frame("role", event("content_block_start", index=index, content_block=block))


def _delta(index: int, delta: Mapping[str, Any]) -> bytes:
    return event("content_block_delta", index=index, delta=delta)


def _stop(index: int) -> Frame:
    return Frame("role", event("content_block_stop", index=index))
