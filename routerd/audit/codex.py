"""Reads Codex's sessions (``rollout-*.jsonl``): the prompts of a person, and what each answer used."""

from __future__ import annotations

from dataclasses import dataclass, field

from routerd.audit.logged import Json, Logged, LoggedCall, model_of, said, tokens

_KINDS = (
    "session_meta",
    "turn_context",
    "response_item",
    "event_msg",
    "token_usage_record",
    "world_state",
    "compacted",
)
_NOT_SAID = ("<", "# AGENTS.md", "# Context from my IDE")
"""How the texts begin that Codex itself sends with the user's role."""


@dataclass(slots=True)
class Rollouts:
    """Collects the requests of any number of sessions, one file after another."""

    requests: list[Logged] = field(default_factory=list)
    _model: str = ""
    _recorded: bool = False
    """Whether this session tells each answer's usage by itself: older ones tell it only among their events."""
    _total: object = None
    _answers: set[str] = field(default_factory=set)
    """A resumed session repeats the answers of the one before."""
    _current: Logged = field(default_factory=Logged)

    @staticmethod
    def knows(row: Json) -> bool:
        """Whether a row is one of a session."""
        return row.get("type") in _KINDS and isinstance(row.get("payload"), dict)

    def add(self, row: Json) -> None:
        """Adds one row."""
        kind, payload = row["type"], row["payload"]
        if kind == "session_meta":
            self._model, self._recorded, self._total, self._current = "", False, None, Logged()
        elif kind == "turn_context":
            self._model = str(payload.get("model") or self._model)
        elif kind == "response_item" and payload.get("type") == "message" and payload.get("role") == "user":
            words = said(payload.get("content"))
            if words and not words.startswith(_NOT_SAID):
                self._current = Logged(words)
        elif kind == "token_usage_record":
            self._recorded = True
            answer = payload.get("response_id")
            if not isinstance(answer, str) or answer not in self._answers:
                self._call(payload.get("usage"))
            if isinstance(answer, str):
                self._answers.add(answer)
        elif kind == "event_msg" and payload.get("type") == "token_count" and not self._recorded:
            info = payload.get("info")
            # The event is repeated whenever the rate limits are told anew.
            if isinstance(info, dict) and info.get("total_token_usage") != self._total:
                self._total = info.get("total_token_usage")
                self._call(info.get("last_token_usage"))

    def _call(self, usage: object) -> None:
        if not isinstance(usage, dict):
            return
        told = {
            "input_tokens": tokens(usage.get("input_tokens")),
            "input_tokens_details": {"cached_tokens": tokens(usage.get("cached_input_tokens"))},
            "output_tokens": tokens(usage.get("output_tokens")),
            "output_tokens_details": {"reasoning_tokens": tokens(usage.get("reasoning_output_tokens"))},
        }
        if not self._current.calls:
            self.requests.append(self._current)
        self._current.calls.append(LoggedCall(model_of(self._model), told))
