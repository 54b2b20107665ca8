"""Reads Gemini CLI's sessions: JSON lines, of older versions one JSON object; each message once, with its tokens."""

from __future__ import annotations

from dataclasses import dataclass, field

from routerd.audit.logged import Json, Logged, LoggedCall, model_of, tokens


@dataclass(slots=True)
class Chats:
    """Collects the requests of any number of sessions."""

    requests: list[Logged] = field(default_factory=list)
    _counted: set[str] = field(default_factory=set)
    """A message is written again when its tools have answered, and with the tokens that came late."""
    _current: Logged = field(default_factory=Logged)

    @staticmethod
    def knows(row: Json) -> bool:
        """Whether a row is a message, or what else a session's file holds."""
        return (row.get("type") in ("user", "gemini", "info", "error") and "id" in row and "content" in row) or (
            "$set" in row or ("projectHash" in row and "sessionId" in row)
        )

    def add(self, row: Json) -> None:
        """Adds one row, or an older version's whole session."""
        messages = row.get("messages")
        for message in messages if isinstance(messages, list) else (row,):
            if isinstance(message, dict):
                self._message(message)

    def _message(self, message: Json) -> None:
        if message.get("type") == "user":
            words = _words(message.get("content"))
            if words and not words.startswith("<"):
                self._current = Logged(words)
        used, name = message.get("tokens"), str(message.get("id"))
        if message.get("type") != "gemini" or not isinstance(used, dict) or name in self._counted:
            return
        self._counted.add(name)
        thoughts = tokens(used.get("thoughts"))
        usage = {
            "prompt_tokens": tokens(used.get("input")) + tokens(used.get("tool")),
            "prompt_tokens_details": {"cached_tokens": tokens(used.get("cached"))},
            "completion_tokens": tokens(used.get("output")) + thoughts,
            "completion_tokens_details": {"reasoning_tokens": thoughts},
        }
        if not self._current.calls:
            self.requests.append(self._current)
        self._current.calls.append(LoggedCall(model_of(str(message.get("model") or "gemini")), usage))


def _words(content: object) -> str:
    parts = content if isinstance(content, list) else [{"text": content}]
    texts = (part.get("text") for part in parts if isinstance(part, dict))
    return "\n".join(text for text in texts if isinstance(text, str)).strip()
