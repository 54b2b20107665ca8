"""A coding agent as Claude Code was recorded, driven through the anthropic SDK, and models that sign their thoughts."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anthropic

from tests.frontends.http.running import Running
from tests.loopback import Seen, ToolCall, Turn, unacceptable

RECORDED = Path(__file__).parent / "recorded" / "claude_code.json"
_WORDS = "the parcel of the carrier is weighed and its label is printed before it leaves the hall "


def spoken(shape: Any) -> Any:
    """A value of a recorded shape: `strN` is N characters of text, and a list has as many items as were sent."""
    if isinstance(shape, str):
        found = re.fullmatch(r"str(\d+)", shape)
        return (_WORDS * (int(found[1]) // len(_WORDS) + 1))[: int(found[1])] if found else shape
    if isinstance(shape, dict) and set(shape) == {"#", "of"}:
        listed = [spoken(one) for one in shape["of"]]
        more = range(shape["#"] - len(listed))
        return listed + [listed[-1] | {"name": f"{listed[-1]['name']}{one}"} for one in more if "name" in listed[-1]]
    if isinstance(shape, dict):
        return {name: spoken(value) for name, value in shape.items()}
    return shape


@dataclass
class Thinker:
    """What one upstream's model answers: it signs its thoughts, refuses those of others, and caches its prompts."""

    calls: Mapping[str, int]
    """How often each question needs a tool before it is answered."""
    refused: int = 0
    _prompts: list[str] = field(default_factory=list)

    def __call__(self, seen: Seen) -> Turn:
        messages = seen.body["messages"]
        blocks = [block for message in messages for block in _blocks(message)]
        if any(block.get("signature", f"by {seen.model}") != f"by {seen.model}" for block in blocks):
            self.refused += 1
            return unacceptable(400)
        last = max(at for at, message in enumerate(messages) if _asks(message))
        results = sum(block.get("type") == "tool_result" for message in messages[last:] for block in _blocks(message))
        words = _asks(messages[last])
        cached, total = self._cached(seen.body)

        def usage(prompt: int, completion: int) -> dict[str, int]:
            tokens = {"prompt_tokens": total - cached, "completion_tokens": completion}
            return tokens | {"cache_read_input_tokens": cached}

        calls = (ToolCall("Read", {"file_path": f"/src/{len(blocks)}.py"}),) if results < self.calls[words] else ()
        reply = "I look at it." if calls else "It is done: " + _WORDS * 5
        return Turn(reply=reply, reasoning="They ask for it, so I look. " * 4, calls=calls, usage=usage)

    def _cached(self, body: Mapping[str, Any]) -> tuple[int, int]:
        """Tokens of the prompt that earlier ones begin with, and of all of it."""
        said = json.dumps([body.get(name) for name in ("tools", "system", "messages")])
        prompt = re.sub(r', "cache_control": \{[^}]*\}', "", said)
        shared = max((_shared(prompt, one) for one in self._prompts), default=0) // 4
        self._prompts.append(prompt)
        return shared if shared >= 1_024 else 0, len(prompt) // 4


def _shared(one: str, other: str) -> int:
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low


def _blocks(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _asks(message: Mapping[str, Any]) -> str:
    """The words of a person in a message; nothing where it has none."""
    if message["role"] != "user":
        return ""
    texts = [block["text"] for block in _blocks(message) if block.get("type") == "text"]
    return texts[-1] if texts else ""


def _client(gateway: Running) -> anthropic.AsyncAnthropic:
    return anthropic.AsyncAnthropic(base_url=gateway.url, auth_token=gateway.token, max_retries=0)


class Agent:
    """One session."""

    def __init__(self, gateway: Running, model: str, session: str) -> None:
        recorded = json.loads(RECORDED.read_text("utf-8"))
        self._body = spoken(recorded["body"])
        self._headers = {**recorded["headers"], "x-claude-code-session-id": session}
        self._client = _client(gateway)
        self._model = model
        self._messages: list[Any] = []
        self.turns: list[list[str]] = []
        """The models that answered, by turn."""
        self.reasons: list[str] = []

    async def move(self, gateway: Running) -> None:
        """Go on at another gateway."""
        await self.close()
        self._client = _client(gateway)

    async def ask(self, words: str, before: Callable[[], Awaitable[None]] | None = None) -> None:
        """One turn of a person: until the model calls no more tools. Raises what the SDK raises.

        ``before`` is awaited before each request.
        """
        harness = [{"type": "text", "text": f"<system-reminder>{_WORDS * 3}</system-reminder>"}]
        self._messages.append({"role": "user", "content": [*harness, {"type": "text", "text": words}]})
        self.turns.append([])
        while True:
            if before is not None:
                await before()
            message = await self._sent()
            self._messages.append({"role": "assistant", "content": [block.model_dump() for block in message.content]})
            calls = [block for block in message.content if block.type == "tool_use"]
            if not calls:
                return
            results = [
                {"type": "tool_result", "tool_use_id": call.id, "content": f"{call.input}: {_WORDS * 20}"}
                for call in calls
            ]
            self._messages.append({"role": "user", "content": results})

    async def _sent(self) -> anthropic.types.Message:
        fields = {**self._body, "model": self._model, "messages": _marked(self._messages)}
        names = ("model", "messages", "system", "max_tokens", "tools", "thinking")
        more = {name: value for name, value in fields.items() if name not in (*names, "stream")}
        asked = {name: fields[name] for name in names}
        async with self._client.messages.stream(**asked, extra_headers=self._headers, extra_body=more) as stream:
            message = await stream.get_final_message()
            self.turns[-1].append(stream.response.headers["x-routerd-model"])
            self.reasons.append(stream.response.headers["x-routerd-reason"])
        return message

    async def close(self) -> None:
        await self._client.close()


def _marked(messages: list[Any]) -> list[Any]:
    """With the mark for the prompt cache on the last part, as Claude Code moves it from request to request."""
    *before, last = messages
    *parts, part = last["content"]
    return [*before, {**last, "content": [*parts, {**part, "cache_control": {"type": "ephemeral"}}]}]
