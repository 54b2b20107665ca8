"""The body of a chat request in one provider's dialect, and what is learnt where it refuses a field."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from routerd.domain.prompt import Prompt
from routerd.domain.settings import Quirks
from routerd.domain.unicode import well_formed
from routerd.providers.failure import ProviderFault

CONTINUE = (
    "Your answer was cut off. Go on exactly where it stopped: repeat nothing, explain nothing, "
    "and do not open again a code fence or block that is open already."
)

FRAMES = 8
"""Tokens around the two messages that a continuation adds: as many for each as ``stages.compose`` counts."""


def request_body(model: str, prompt: Prompt, quirks: Quirks, max_output: int, so_far: str = "") -> dict[str, Any]:
    """The JSON body of a streamed request. ``so_far``: the beginning of an answer that is to be continued."""
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


_NAMED = re.compile(r"max_completion_tokens|max_tokens|stream_options|response_format|json_schema|\brole\b")
_REFUSED = re.compile(
    r"unsupported|not (?:\w+ )?support|unrecogni[sz]ed|unknown|extra|unexpected|unavailable"
    r"|not (?:permitted|allowed|available|implemented|enabled)",
    re.I,
)
_REFUSED_SCHEMA = re.compile(r"must be|invalid|incompatible|cannot|disallowed|forbidden", re.I)
"""Of a schema these words refuse the field; of a number they speak of its value."""


def adapted(quirks: Quirks, fault: ProviderFault) -> Quirks | None:
    """The dialect without the field that a 400 or 422 refused; ``None`` where it named none that we can drop.

    Each answer differs from the last and none comes twice, so that asking again with it must end.
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
"""OpenAI's reasoning models take only the newer name; who refuses that one gets no limit at all."""


def joined(so_far: str, more: str) -> str:
    """A cut answer and its continuation, without a last line that the model said again."""
    longest = min(len(so_far), len(more), _LONGEST_OVERLAP)
    for length in range(longest, _SHORTEST_OVERLAP - 1, -1):
        if so_far.endswith(more[:length]):
            return so_far + more[length:]
    return so_far + more


_SHORTEST_OVERLAP, _LONGEST_OVERLAP = 16, 400
"""Characters: shorter ones stand twice in honest code, longer repetitions were not seen."""
