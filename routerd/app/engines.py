"""The Engine over both kinds of engines: the built-in one, and the providers; it never looks at the question."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.ports import Engine, Meter
from routerd.domain.prompt import Question
from routerd.domain.quote import Candidate
from routerd.domain.reply import Reply


class Engines:
    """The Engine that hands a candidate to the built-in engine or to the providers, by its models."""

    def __init__(self, offline: Engine, upstream: Engine) -> None:
        self._offline = offline
        self._upstream = upstream

    def first(self, question: Question, candidate: Candidate) -> ModelRef:
        """As the Engine port says."""
        return self._engine(candidate).first(question, candidate)

    def ask(self, question: Question, candidate: Candidate, meter: Meter) -> Coroutine[Any, Any, Reply]:
        """As the Engine port says; the coroutine is the engine's own."""
        return self._engine(candidate).ask(question, candidate, meter)

    def _engine(self, candidate: Candidate) -> Engine:
        return self._offline if candidate.models == (OFFLINE,) else self._upstream
