"""Decides what an answer says and what it costs, before anything is sent; does no I/O."""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable, Sequence

from tests.loopback.frames import Answer, split
from tests.loopback.turns import Body, Reply, Turn
from tests.loopback.witness import Seen

Count = Callable[[str], int]


LIMITS = ("max_completion_tokens", "max_tokens", "max_output_tokens")


def quarter_of_bytes(text: str) -> int:
    """The default token count: a token for every four UTF-8 bytes, rounded up."""
    return (len(text.encode()) + 3) // 4


def compose(turn: Turn, seen: Seen, otherwise: Reply, count: Count) -> Answer:
    """The answer of this turn to this request, which obeys a `max_tokens` as real providers do."""
    reply = otherwise if turn.reply is None else turn.reply
    text = reply if isinstance(reply, str) else reply(seen.body)
    most = next((seen.body[name] for name in LIMITS if seen.body.get(name)), None)
    if cut := most is not None and count(text) > most:
        text = _first_tokens(text, int(most), count)
    pieces = split(text, turn.chunk_chars)
    prompt = prompt_tokens(seen.body, count)
    so_far, usage = "", []
    for piece in pieces if turn.usage_in == "every chunk" else ():
        so_far += piece
        usage.append(turn.usage(prompt, count(so_far)))
    return Answer(
        number=seen.number,
        model=seen.model,
        text=text,
        finish="length" if cut else "tool_calls" if turn.calls else turn.finish,
        prompt_tokens=prompt,
        usage=turn.usage(prompt, count(text)),
        running_usage=usage,
        pieces=pieces,
        calls=turn.calls,
        path=seen.asked,
    )


def prompt_tokens(body: Body, count: Count) -> int:
    """The text of all messages, and of Anthropic's system beside them, whether given as a string or in parts."""
    total = 0
    given = body.get("messages", body.get("input", ()))
    messages = [{"content": given}] if isinstance(given, str) else given
    for message in [{"content": body.get("system")}, *messages]:
        content = message.get("content") or ""
        parts = [content] if isinstance(content, str) else [part.get("text") or "" for part in content]
        total += sum(map(count, parts))
    return total


def _first_tokens(text: str, most: int, count: Count) -> str:
    """The longest beginning of at most so many tokens, by bisection: counts grow with the text."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if count(text[:middle]) <= most else (low, middle - 1)
    return text[:low]


def vector(numbers: Sequence[float], body: Body) -> list[float] | str:
    """An embedding as it was asked for: OpenAI's SDK wants base64 of 32-bit floats by itself."""
    if body.get("encoding_format") == "base64":
        return base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode("ascii")
    return [float(number) for number in numbers]
