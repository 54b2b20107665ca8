"""Chooses the built-in engine or the providers' for a candidate; never looks at the question."""

from __future__ import annotations

from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.ports import Engine, Meter
from routerd.domain.prompt import Question
from routerd.domain.quote import Candidate
from routerd.domain.reply import Reply


class Engines:
    """The Engine port over two engines; the models of a candidate decide which one is asked."""

    def __init__(self, offline: Engine, upstream: Engine) -> None:
        self._offline = offline
        self._upstream = upstream

    def first(self, question: Question, candidate: Candidate) -> ModelRef:
        """As the Engine port says."""
        return self._engine(candidate).first(question, candidate)

    async def ask(self, question: Question, candidate: Candidate, meter: Meter) -> Reply:
        """As the Engine port says."""
        return await self._engine(candidate).ask(question, candidate, meter)

    def _engine(self, candidate: Candidate) -> Engine:
        return self._offline if candidate.models == (OFFLINE,) else self._upstream
