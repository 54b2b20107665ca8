"""The answer while it arrives: text, reasoning, finish reason and usage; whole only at the commit point."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from routerd.domain.unicode import well_formed
from routerd.providers.bounded import parsed
from routerd.providers.failure import FaultKind, ProviderFault, ProviderFaultError

_STOP = frozenset({"stop", "end_turn", "eos", "eos_token", "stop_sequence"})
"""OpenAI; Anthropic behind thin gateways; Together and TGI; Anthropic again."""
_LENGTH = frozenset({"length", "max_tokens", "model_length"})
"""OpenAI; Anthropic behind thin gateways; Mistral."""
_FILTERED = frozenset({"content_filter", "safety", "refusal", "sensitive", "recitation"})
"""OpenAI and Azure; Google; Anthropic; Zhipu; Google."""


class Draft:
    """What has arrived of one answer. Nothing in it is an answer before ``commit``."""

    def __init__(self) -> None:
        self.sent = False
        """Whether the provider accepted the request and so may bill it."""
        self.headers: Mapping[str, str] = {}
        self.usage: Mapping[str, Any] | None = None
        """The last usage object that came, in the provider's own shape."""
        self.finish = ""
        """The finish reason as it came."""
        self.begun = False
        """Whether any of an answer has come, or a bill for one: not so of an error, a web page or nothing."""
        self.done = False
        self._text: list[str] = []
        self._reasoning: list[str] = []

    @property
    def text(self) -> str:
        """What is shown, so far."""
        return well_formed("".join(self._text))

    @property
    def reasoning(self) -> str:
        """What was thought aloud, so far."""
        return well_formed("".join(self._reasoning))

    def event(self, data: str) -> str:
        """Take in one event of the stream; the new tokens in it, shown or not. Raises ProviderFaultError."""
        if data.startswith("[DONE]"):
            self.done = True
            return ""
        return self._take(_parsed(data), "delta")

    def whole(self, body: bytes) -> str:
        """Take in an answer that came in one piece although a stream was asked for. Raises ProviderFaultError."""
        self.done = True
        return self._take(_parsed(body.decode("utf-8", "replace")), "message")

    def commit(self, must_be_done: bool) -> None:
        """Returns where the answer is whole. Raises ProviderFaultError for everything less.

        must_be_done: whether this provider ends its streams with ``[DONE]``.
        """
        finish = self.finish.lower()
        if finish in _LENGTH:
            raise ProviderFaultError(ProviderFault(FaultKind.LENGTH))
        if finish in _FILTERED:
            raise ProviderFaultError(ProviderFault(FaultKind.FILTERED))
        if finish == "error":  # OpenRouter, for a provider that failed mid-stream
            raise ProviderFaultError(ProviderFault(FaultKind.ERROR))
        if finish not in _STOP or (must_be_done and not self.done):
            raise ProviderFaultError(ProviderFault(FaultKind.CUT))

    def _take(self, body: Mapping[str, Any], part: str) -> str:
        self._told(_usage(body))
        if body.get("error"):
            raise ProviderFaultError(fault_of_error(body["error"]))
        choices = body.get("choices")
        # The first choice only: routerd never asks for more. The chunk with the usage has none.
        choice = choices[0] if isinstance(choices, list) and choices else None
        if not isinstance(choice, Mapping):
            return ""
        self.begun = True
        self._told(_usage(choice))  # Moonshot
        finish = choice.get("finish_reason")
        self.finish = finish if finish and isinstance(finish, str) else self.finish
        said = choice.get(part)
        if not isinstance(said, Mapping):
            return ""
        text = _words(said.get("content"))
        thought = _words(said.get("reasoning_content")) or _words(said.get("reasoning"))
        self._text.append(text)
        self._reasoning.append(thought)
        return text + thought

    def _told(self, usage: Mapping[str, Any] | None) -> None:
        if usage:
            self.usage, self.begun = usage, True


def _words(content: object) -> str:
    """Text given as a string, or in parts as Mistral's reasoning models send it (thoughts are left out)."""
    if isinstance(content, list):
        return "".join(_words(part.get("text")) for part in content if isinstance(part, Mapping))
    return content if isinstance(content, str) else ""


def fault_of_error(error: object, sign: FaultKind = FaultKind.ERROR, status: int = 0) -> ProviderFault:
    """A fault from an ``error`` member in any of the shapes that providers send."""
    if isinstance(error, list) and error:  # Google wraps its errors in a list
        error = error[0].get("error", error[0]) if isinstance(error[0], dict) else error[0]
    if not isinstance(error, Mapping):
        return ProviderFault(sign, status, message=_said(error))
    code, param, message = (_said(error.get(name)) for name in ("code", "param", "message"))
    return ProviderFault(sign, status, code, param, message)


_LONGEST = 4_000
"""Characters of a message that is looked at: the patterns of ``failure`` look through each of them."""


def _said(value: object) -> str:
    """Text as it is, a number or an object as JSON; nothing for nothing."""
    if not value:
        return ""
    if not isinstance(value, str):
        try:
            value = json.dumps(value, ensure_ascii=False)
        except (ValueError, RecursionError):
            return ""
    return well_formed(value[:_LONGEST])


def _usage(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The usage object, where OpenAI or where Groq's streams put it."""
    groq = body.get("x_groq")
    found = body.get("usage") or (groq.get("usage") if isinstance(groq, Mapping) else None)
    return found if isinstance(found, Mapping) else None


def _parsed(data: str) -> Mapping[str, Any]:
    """A broken piece means lost text: a fault."""
    try:
        body = parsed(data)
    except ValueError:
        raise ProviderFaultError(ProviderFault(FaultKind.BROKEN, message="malformed chunk")) from None
    if not isinstance(body, Mapping):
        raise ProviderFaultError(ProviderFault(FaultKind.BROKEN, message="malformed chunk"))
    return body
