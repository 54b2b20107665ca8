"""OpenAI's responses API: the frames of a stream, and a whole answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count
from typing import Any

from tests.loopback.frames import CREATED, Answer, Frame, arguments, call_id
from tests.loopback.turns import Turn


def frames(turn: Turn, answer: Answer) -> list[Frame]:
    numbers = count()

    def event(kind: str, **fields: Any) -> bytes:
        data = {"type": kind, "sequence_number": next(numbers), **fields}
        return f"event: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()

    item = {"id": f"msg_{answer.number}", "type": "message", "role": "assistant", "status": "in_progress"}
    place = {"item_id": item["id"], "output_index": 0, "content_index": 0}
    out = [
        Frame("role", event("response.created", response=_response(answer, "in_progress", []))),
        Frame("role", event("response.output_item.added", output_index=0, item={**item, "content": []})),
        Frame("role", event("response.content_part.added", **place, part=_part(""))),
    ]
    out += [
        Frame("text", event("response.output_text.delta", **place, delta=piece, logprobs=[]), piece)
        for piece in answer.pieces
    ]
    out.append(Frame("finish", event("response.output_text.done", **place, text=answer.text, logprobs=[])))
    out.append(Frame("role", event("response.output_item.done", output_index=0, item=_item(answer))))
    for index, whole_call in enumerate(_calls(answer)):
        at = {"output_index": index + 1, "item_id": whole_call["id"]}
        begun = whole_call | {"status": "in_progress", "arguments": ""}
        out.append(Frame("role", event("response.output_item.added", output_index=index + 1, item=begun)))
        out += [
            Frame("role", event("response.function_call_arguments.delta", **at, delta=piece))
            for piece in arguments(answer.calls[index])
        ]
        said = whole_call["arguments"]
        out.append(Frame("role", event("response.function_call_arguments.done", **at, arguments=said)))
        out.append(Frame("role", event("response.output_item.done", output_index=index + 1, item=whole_call)))
    ended = "response.incomplete" if answer.finish == "length" else "response.completed"
    out.append(Frame("done", event(ended, response=_response(answer, ended.partition(".")[2], _items(answer)))))
    return out


def whole(turn: Turn, answer: Answer) -> bytes:
    return json.dumps(_response(answer, "completed", _items(answer))).encode()


def _part(text: str) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": []}


def _items(answer: Answer) -> list[dict[str, Any]]:
    return [_item(answer), *_calls(answer)]


def _calls(answer: Answer) -> list[dict[str, Any]]:
    return [
        {
            "id": f"fc_{answer.number}_{index}",
            "type": "function_call",
            "status": "completed",
            "call_id": call_id(answer, index),
            "name": call.name,
            "arguments": json.dumps(call.arguments),
        }
        for index, call in enumerate(answer.calls)
    ]


def _item(answer: Answer) -> dict[str, Any]:
    return {
        "id": f"msg_{answer.number}",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [_part(answer.text)],
    }


def _response(answer: Answer, status: str, output: list[Any]) -> dict[str, Any]:
    used: Mapping[str, Any] = answer.usage or {}
    tokens = {
        "input_tokens": used.get("prompt_tokens", 0),
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": used.get("completion_tokens", 0),
        "output_tokens_details": {"reasoning_tokens": 0},
    }
    tokens["total_tokens"] = tokens["input_tokens"] + tokens["output_tokens"]
    return {
        "id": f"resp_{answer.number}",
        "object": "response",
        "created_at": CREATED,
        "model": answer.model,
        "status": status,
        "output": output,
        "error": None,
        "incomplete_details": {"reason": "max_output_tokens"} if status == "incomplete" else None,
        "instructions": None,
        "metadata": {},
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "usage": tokens if output and answer.usage is not None else None,
    }
