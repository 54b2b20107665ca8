"""Watches an answer that passes through: content, usage, errors and the end; parses only what it needs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from routerd.domain.dialect_name import DialectName
from routerd.providers.bounded import parsed
from routerd.providers.draft import Draft, told_tier, usage_in
from routerd.providers.failure import FaultKind, ProviderFault, ProviderFaultError
from routerd.providers.finish import FAILED
from routerd.providers.forward.generated_text import plain_text, text_in
from routerd.providers.forward.raw_events import fields
from routerd.providers.forward.signatures import signatures_in
from routerd.providers.said import fault_of_error, told_fault

_NOTHING = re.compile(rb'"(?:finish_reason|usage)": ?null')
_SIGNED = (b"signature", b"encrypted_content", b"redacted_thinking")
_MESSAGES_BEGUN = ("message_start", "content_block_start", "content_block_delta", "message_delta", "message_stop")
"""Events of an answer: its prompt was read, and may be billed."""
_TOLD = re.compile(rb'"(?:finish_reason|usage|error)"')


class Watch:
    """Watches one stream in one dialect, and fills the draft that the attempt is metered from."""

    def __init__(
        self,
        dialect: DialectName,
        draft: Draft,
        *,
        ends_with_done: bool,
        strip_usage: bool,
        signed: Callable[[str], object] = lambda signature: None,
    ) -> None:
        """``strip_usage``: whether the event with the usage was not asked for by the client.

        ``signed`` is given each signature of reasoning that the answer holds.
        """
        self._signed = signed
        self._dialect, self._draft = dialect, draft
        self._ends_with_done, self._strip_usage = ends_with_done, strip_usage
        self._unread: list[bytes] = []
        """Data of events that was not parsed; their text is needed only where no usage comes, and for estimates."""
        self.content = False
        """Whether any of the answer has come: from then on no other deployment may answer."""
        self.ended = False
        """Whether the event has come with which an answer in this dialect ends."""
        self.events = 0

    def event(self, event: bytes) -> bytes | None:
        """The bytes to pass on for an event; ``None`` for one that the client did not ask for.

        Raises ProviderFaultError for an error that the provider tells in the stream; its ``body`` is the event.
        """
        name, data = fields(event)
        if not data:
            return event
        self.events += 1
        if any(name in data for name in _SIGNED):
            self._signatures(data)
        match self._dialect:
            case DialectName.CHAT:
                return event if self._chat(event, name, data) else None
            case DialectName.MESSAGES:
                self._messages(event, data)
            case DialectName.RESPONSES:
                self._responses(event, data)
        return event

    def whole(self, body: bytes) -> Mapping[str, Any]:
        """Take in an answer in one piece. Raises ProviderFaultError for an error, or for what is no answer."""
        if not body.strip():  # as a stream that ends without any output
            raise ProviderFaultError(ProviderFault(FaultKind.CUT))
        try:
            said = json.loads(body)
        except (ValueError, RecursionError):
            raise ProviderFaultError(ProviderFault(FaultKind.BROKEN, message="malformed answer")) from None
        if not isinstance(said, Mapping):
            raise ProviderFaultError(ProviderFault(FaultKind.BROKEN, message="malformed answer"))
        told = told_fault(said)
        if told is not None:
            raise ProviderFaultError(told)
        usage = said.get("usage")
        self._tier(said, usage)
        if isinstance(usage, Mapping):
            self._draft.usage, self._draft.begun = usage, True
        elif "input_tokens" in said:  # count_tokens: nothing was generated
            self._draft.usage = None
        self._draft.add(text_in(self._dialect, said), "")
        if any(name in body for name in _SIGNED):
            for signature in signatures_in(said):
                self._signed(signature)
        self.content = self.ended = True
        return said

    def _signatures(self, data: bytes) -> None:
        try:
            said = json.loads(data)
        except (ValueError, RecursionError):
            return  # told, where it matters, by whoever reads the event
        for signature in signatures_in(said):
            self._signed(signature)

    def read_text(self) -> str:
        """Read the text of what was not parsed until now into the draft, and return it."""
        unread, self._unread = self._unread, []
        texts = []
        for data in unread:
            if (plain := plain_text(self._dialect, data)) is not None:
                texts.append(plain)
                continue
            try:
                said = json.loads(data)
            except (ValueError, RecursionError):
                continue  # of an event that passed through as it was: only its tokens are not counted
            if isinstance(said, Mapping):
                texts.append(text_in(self._dialect, said))
        text = "".join(texts)
        self._draft.add(text, "")
        return text

    def check_end(self) -> None:
        """Raises ProviderFaultError where the stream ended before the answer did."""
        if not self.ended:
            raise ProviderFaultError(ProviderFault(FaultKind.CUT))

    def _chat(self, event: bytes, name: str, data: bytes) -> bool:
        """Whether the event is for the client too."""
        if data.startswith(b"[DONE]"):
            self._draft.done = True
            self.ended = bool(self._draft.finish)
            return True
        if self.content and name != "error" and _closed(data) and _tells_nothing(data):
            self._unread.append(data)
            return True
        said = _object(data)
        told = fault_of_error(said) if name == "error" else told_fault(said)
        if told is not None:
            raise _fault(told, event)
        choices = said.get("choices")
        listed = [one for one in choices if isinstance(one, Mapping)] if isinstance(choices, list) else []
        usage = next((found for one in (said, *listed) if (found := usage_in(one)) is not None), None)
        self._tier(said, usage)
        if usage is not None:
            self._draft.usage, self._draft.begun = usage, True
        if listed:
            self._draft.begun = True
        for choice in listed:
            self._finish(event, choice.get("finish_reason"))
            self.content = self.content or _says(choice.get("delta"))
        if self._draft.finish and (self._draft.usage is not None or not self._ends_with_done):
            self.ended = True  # as Draft.commit has it: who sends a reason and a bill has sent all
        self._unread.append(data)
        return not (self._strip_usage and not listed and usage is not None)

    def _finish(self, event: bytes, reason: object) -> None:
        if isinstance(reason, str) and reason:
            if reason.lower() in FAILED:
                raise _fault(ProviderFault(FaultKind.ERROR, message=f"it ended with “{reason[:40]}”"), event)
            self._draft.finish = reason
            self.content = True

    def _messages(self, event: bytes, data: bytes) -> None:
        if self.content and b'"content_block_delta"' in data and _closed(data):
            self._unread.append(data)
            return
        said = _object(data)
        kind = said.get("type")
        if kind == "error":
            raise _fault(fault_of_error(said.get("error")), event)
        self._draft.begun = self._draft.begun or kind in _MESSAGES_BEGUN
        if kind == "message_start":
            message = said.get("message")
            usage = message.get("usage") if isinstance(message, Mapping) else None
            if isinstance(usage, Mapping):  # its output is that of the first token; the whole is told at the end
                self._usage({name: count for name, count in usage.items() if name != "output_tokens"})
        elif kind == "message_delta":
            self._usage(said.get("usage"))
            delta = said.get("delta")
            reason = delta.get("stop_reason") if isinstance(delta, Mapping) else None
            self._draft.finish = reason if isinstance(reason, str) else self._draft.finish
        elif kind == "message_stop":
            self.ended = self.content = True
        elif kind in ("content_block_start", "content_block_delta"):
            block = said.get("content_block")
            self.content = (
                self.content
                or kind == "content_block_delta"
                or (isinstance(block, Mapping) and block.get("type") not in ("text", "thinking"))
            )
            self._unread.append(data)

    def _responses(self, event: bytes, data: bytes) -> None:
        if self.content and b'.delta"' in data[:200] and _closed(data):
            self._unread.append(data)
            return
        said = _object(data)
        kind = str(said.get("type", ""))
        response = said.get("response")
        told = response if isinstance(response, Mapping) else {}
        if kind in ("error", "response.failed"):
            self._usage(told.get("usage"))
            raise _fault(fault_of_error(told.get("error") or said.get("error") or said), event)
        self._draft.begun = self._draft.begun or kind.startswith("response.")
        if kind in ("response.completed", "response.incomplete"):
            self._usage(told.get("usage"))
            self._tier(told, None)
            self.ended = self.content = True
        elif kind.endswith((".delta", ".done")):
            self.content = True
            if kind.endswith(".delta"):
                self._unread.append(data)

    def _usage(self, usage: object) -> None:
        """Later counts replace earlier ones, and what only the first event tells stays."""
        if isinstance(usage, Mapping):
            known = {name: count for name, count in usage.items() if count is not None}
            self._draft.usage, self._draft.begun = {**(self._draft.usage or {}), **known}, True
            self._tier({}, usage)

    def _tier(self, said: Mapping[str, Any], usage: object) -> None:
        """The tier that answered: each later word for it replaces an earlier one."""
        told = told_tier(said, usage if isinstance(usage, Mapping) else None)
        self._draft.service_tier = told or self._draft.service_tier


def _says(delta: object) -> bool:
    """Whether a chunk of a chat answer carries any of it, and not only the role."""
    return isinstance(delta, Mapping) and any(value for name, value in delta.items() if name != "role")


def _tells_nothing(data: bytes) -> bool:
    """Whether a chunk has no finish, usage or error, but for nulls."""
    return len(_TOLD.findall(data)) == len(_NOTHING.findall(data))


def _closed(data: bytes) -> bool:
    """Whether an event that is not parsed has both ends of its object: half a one is malformed."""
    return data.startswith(b"{") and data.rstrip().endswith(b"}")


def _object(data: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(data) if len(data) > 1 << 20 else parsed(data.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise ProviderFaultError(ProviderFault(FaultKind.BROKEN, message="malformed chunk")) from None
    if not isinstance(said, Mapping):
        raise ProviderFaultError(ProviderFault(FaultKind.BROKEN, message="malformed chunk"))
    return said


def _fault(told: ProviderFault, event: bytes) -> ProviderFaultError:
    return ProviderFaultError(replace(told, body=event))
