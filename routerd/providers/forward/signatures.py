"""Signed reasoning: which model made it, and a request without that of other models than the one that is asked.

A provider signs the reasoning of a model (Anthropic's thinking blocks, OpenAI's encrypted reasoning, Gemini's thought
signatures), and refuses a conversation with a block that another model made. A signature is never made up here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from routerd.domain.forwarded import Endpoint, ForwardedRequest

SIGNED = ("signature", "encrypted_content", "thought_signature")
"""Fields with a signature, or with reasoning that only its maker can read."""
IsForeign = Callable[[str], bool]
"""Whether a signature is known to be of another model."""


def signatures_in(value: object) -> Iterator[str]:
    """The signatures in an answer, or in one event of it."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Mapping):
            yield from _of_block(one)
            waiting += [child for child in one.values() if isinstance(child, Mapping | list)]
        elif isinstance(one, list):
            waiting += one


def without_foreign(request: ForwardedRequest, is_foreign: IsForeign) -> dict[str, str]:
    """The changed field of the body as JSON text, where foreign reasoning is left out; nothing where none is in it."""
    name = "input" if request.endpoint is Endpoint.RESPONSES else "messages"
    given = request.body.values.get(name)
    if not isinstance(given, list) or not any(is_foreign(signature) for signature in signatures_in(given)):
        return {}
    kept = _items(given, is_foreign) if name == "input" else [*_messages(given, is_foreign)]
    return {name: json.dumps(kept, ensure_ascii=False)}


def _messages(given: list[Any], is_foreign: IsForeign) -> Iterator[Any]:
    """A message of which nothing is left goes as a whole: providers refuse an empty one."""
    for message in given:
        if not isinstance(message, Mapping):
            yield message
            continue
        content = message.get("content")
        left = _pruned(message, is_foreign)
        if left.get("content") != [] or content == []:
            yield left


def _pruned(value: Any, is_foreign: IsForeign) -> Any:
    """A value without blocks of foreign reasoning, and without foreign signatures of what is no reasoning."""
    if isinstance(value, Mapping):
        signed = [name for name in SIGNED if isinstance(value.get(name), str) and is_foreign(value[name])]
        return {name: _pruned(child, is_foreign) for name, child in value.items() if name not in signed}
    if isinstance(value, list):
        return [_pruned(one, is_foreign) for one in value if not _reasons(one, is_foreign)]
    return value


def _reasons(block: object, is_foreign: IsForeign) -> bool:
    """Whether a block is foreign reasoning, and nothing else."""
    if not isinstance(block, Mapping):
        return False
    kind = str(block.get("type", ""))
    return kind.startswith(("thinking", "redacted_thinking", "reasoning")) and any(map(is_foreign, _of_block(block)))


def _items(given: list[Any], is_foreign: IsForeign) -> list[Any]:
    """The items of a responses conversation; those behind dropped reasoning lose the id that bound them to it."""
    kept: list[Any] = []
    bound = False
    for item in given:
        if _reasons(item, is_foreign):
            bound = True
            continue
        left = _pruned(item, is_foreign)
        if isinstance(left, dict):
            said = left.get("role", "assistant") == "assistant"
            bound = bound and said and left.get("type") != "reasoning"
            if bound and not str(left.get("type")).endswith("_output"):
                left.pop("id", None)
        kept.append(left)
    return kept


def _of_block(block: Mapping[str, Any]) -> Iterator[str]:
    for name in SIGNED:
        value = block.get(name)
        if isinstance(value, str) and value:
            yield value
    data = block.get("data")
    if block.get("type") == "redacted_thinking" and isinstance(data, str) and data:
        yield data
