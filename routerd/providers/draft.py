"""The answer while it arrives: text, reasoning, finish reason and usage; whole only at the commit point."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from routerd.domain.unicode import well_formed
from routerd.providers.bounded import parsed
from routerd.providers.failure import FaultKind, ProviderFault, ProviderFaultError
from routerd.providers.finish import FAILED, FILTERED, LENGTH, STOP
from routerd.providers.said import fault_of_error, told_fault
from routerd.providers.sse import Event


class Draft:
    """What has arrived of one answer. Nothing in it is an answer before ``commit``."""

    def __init__(self) -> None:
        self.sent = False
        """Whether the provider accepted the request and so may bill it."""
        self.headers: Mapping[str, str] = {}
        self.usage: Mapping[str, Any] | None = None
        """The last usage object that came, in the provider's own shape."""
        self.service_tier = ""
        """The tier that answered, as the provider names it; empty where it names none."""
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

    def add(self, text: str, reasoning: str) -> None:
        """Take in text that was read elsewhere: of a stream that passes through."""
        self._text.append(text)
        self._reasoning.append(reasoning)
        self.begun = self.begun or bool(text or reasoning)

    def event(self, event: Event) -> str:
        """Take in one event of the stream; the new tokens in it, shown or not. Raises ProviderFaultError."""
        data = event.data.strip()
        if event.name == "error":  # Anthropic; llama.cpp as a line of its own
            raise ProviderFaultError(_named_error(data))
        if data.startswith("[DONE]"):
            self.done = True
            return ""
        if not data:  # a frame without a word, which some gateways send to keep the connection
            return ""
        return self._take(_parsed(data), "delta")

    def whole(self, body: bytes, read: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None) -> str:
        """Take in an answer that came in one piece although a stream was asked for. Raises ProviderFaultError.

        ``read``: from another dialect's answer to OpenAI's.
        """
        self.done = True
        said = _parsed(body.decode("utf-8-sig", "replace"))
        return self._take(read(said) if read else said, "message")

    def commit(self, must_be_done: bool) -> None:
        """Returns where the answer is whole. Raises ProviderFaultError for everything less.

        must_be_done: whether this provider ends its streams with ``[DONE]``.
        """
        finish = self.finish.lower()
        if finish in LENGTH:
            raise ProviderFaultError(ProviderFault(FaultKind.LENGTH))
        if finish in FILTERED:
            raise ProviderFaultError(ProviderFault(FaultKind.FILTERED))
        if finish in FAILED:
            raise ProviderFaultError(ProviderFault(FaultKind.ERROR, message=f"it ended with “{finish}”"))
        if finish not in STOP:
            unknown = f"it ended with “{finish[:40]}”" if finish else ""
            raise ProviderFaultError(ProviderFault(FaultKind.CUT, message=unknown))
        # A cut cannot put a reason and a bill before itself: who sends both has sent all.
        if must_be_done and not self.done and self.usage is None:
            raise ProviderFaultError(ProviderFault(FaultKind.CUT, message="[DONE] did not come"))

    def _take(self, body: Mapping[str, Any], part: str) -> str:
        self._told(usage_in(body))
        self.service_tier = told_tier(body, self.usage) or self.service_tier
        if (told := told_fault(body)) is not None:
            raise ProviderFaultError(told)
        choices = body.get("choices")
        # The first choice only: routerd never asks for more. The chunk with the usage has none.
        choice = choices[0] if isinstance(choices, list) and choices else None
        if not isinstance(choice, Mapping):
            return ""
        self.begun = True
        self._told(usage_in(choice))  # Moonshot
        finish = choice.get("finish_reason")
        self.finish = finish if finish and isinstance(finish, str) else self.finish
        said = choice.get(part)
        if not isinstance(said, Mapping):  # a whole message in one event
            said = choice.get("message")
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


def told_tier(body: Mapping[str, Any], usage: Mapping[str, Any] | None) -> str:
    """The service tier that an answer or its usage names, as OpenAI or as Anthropic does; empty where none is named."""
    tier = body.get("service_tier") or (usage or {}).get("service_tier")
    return tier if isinstance(tier, str) else ""


def _named_error(data: str) -> ProviderFault:
    """The fault that an event by the name of ``error`` tells."""
    try:
        body = parsed(data)
    except ValueError:
        body = data
    told = told_fault(body) if isinstance(body, Mapping) else None
    return told or fault_of_error(body)


def usage_in(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
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
