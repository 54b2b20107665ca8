"""The API of a provider: a Protocol, the OpenAI dialect behind it, and which field to drop when one is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from routerd.domain.prompt import Prompt
from routerd.domain.settings import Quirks
from routerd.domain.unicode import well_formed
from routerd.providers.failure import ProviderFault

CONTINUE = (
    "Your answer was cut off. Go on exactly where it stopped: repeat nothing, explain nothing, "
    "and do not open again a code fence or block that is open already."
)

FRAMES = 8
"""Overhead in tokens of the two messages that a continuation adds, counted as in ``steps.compose``."""


class Dialect(Protocol):
    """One chat API over HTTP with server-sent events. A new API is one class with these five members."""

    @property
    def path(self) -> str:
        """Where chat requests are posted, below the provider's base URL."""

    def headers(self, key: str) -> Mapping[str, str]:
        """Headers besides ``Authorization: Bearer``, which is always sent."""

    def body(self, model: str, prompt: Prompt, quirks: Quirks, max_output: int, so_far: str = "") -> dict[str, Any]:
        """The JSON body of a streamed request. ``so_far``: the beginning of an answer that is to be continued."""

    def chunks(self) -> Callable[[str], Sequence[str]]:
        """A reader of one stream: from the data of an event the OpenAI chunks and ``[DONE]`` that ``Draft`` reads."""

    def whole(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """An answer that came in one piece, as an OpenAI completion. Raises ProviderFaultError for another one."""


@dataclass(frozen=True, slots=True)
class OpenAIDialect:
    """The chat completions API, which nearly every provider offers."""

    path: str = "/chat/completions"

    def headers(self, key: str) -> Mapping[str, str]:
        """None."""
        return {}

    def body(self, model: str, prompt: Prompt, quirks: Quirks, max_output: int, so_far: str = "") -> dict[str, Any]:
        """As the Protocol says."""
        messages = [
            {
                "role": quirks.system_role if message.role == "system" else message.role,
                "content": well_formed(message.content),
            }
            for message in prompt.messages
        ]
        if so_far:
            messages += [{"role": "assistant", "content": so_far}, {"role": "user", "content": CONTINUE}]
        body: dict[str, Any] = {"model": model, "messages": messages, "stream": True}
        if quirks.max_tokens_field:
            body[quirks.max_tokens_field] = max_output
        if quirks.stream_options:
            body["stream_options"] = {"include_usage": True}
        if quirks.json_schema and prompt.schema is not None and not so_far:
            schema = {"name": "answer", "schema": dict(prompt.schema)}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        return body | dict(quirks.extra_body)

    def chunks(self) -> Callable[[str], Sequence[str]]:
        """Each as it came."""
        return lambda data: (data,)

    def whole(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """As it came."""
        return body


OPENAI = OpenAIDialect()


_NAMED = re.compile(r"max_completion_tokens|max_tokens|stream_options|response_format|json_schema|\brole\b")
_REFUSED = re.compile(
    r"unsupported|not (?:\w+ )?support|unrecogni[sz]ed|unknown|extra|unexpected|unavailable"
    r"|not (?:permitted|allowed|available|implemented|enabled)",
    re.I,
)
_REFUSED_SCHEMA = re.compile(r"must be|invalid|incompatible|cannot|disallowed|forbidden", re.I)
"""Of a schema these words refuse the field; of a number they speak of its value."""


def adapted(quirks: Quirks, fault: ProviderFault) -> Quirks | None:
    """The quirks without the field that a 400 or 422 rejected; ``None`` where it names no field that can be dropped.

    Each result differs from all earlier ones, so retrying with it terminates.
    """
    named = fault.param or fault.message
    field = _NAMED.search(named)
    if field is None:
        return None
    name = field.group()
    of_schema = name in ("response_format", "json_schema") and _REFUSED_SCHEMA.search(fault.message)
    if not (fault.param or of_schema or _REFUSED.search(fault.message)):
        return None
    if name == quirks.max_tokens_field:
        return replace(quirks, max_tokens_field=_OTHER_LIMIT.get(name))
    if name == "stream_options" and quirks.stream_options:
        return replace(quirks, stream_options=False)
    if name in ("response_format", "json_schema") and quirks.json_schema:
        return replace(quirks, json_schema=False)
    if name == "role" and quirks.system_role != "user":
        return replace(quirks, system_role="user")
    return None


_OTHER_LIMIT = {"max_tokens": "max_completion_tokens"}
"""OpenAI's reasoning models accept only the newer name; a provider that rejects that one gets no limit."""


def joined(so_far: str, more: str) -> str:
    """A truncated answer and its continuation, without the part that the model repeated."""
    longest = min(len(so_far), len(more), _LONGEST_OVERLAP)
    for length in range(longest, _SHORTEST_OVERLAP - 1, -1):
        if so_far.endswith(more[:length]):
            return so_far + more[length:]
    return so_far + more


_SHORTEST_OVERLAP, _LONGEST_OVERLAP = 16, 400
"""Characters: shorter repetitions occur in ordinary code, longer ones were not observed."""
