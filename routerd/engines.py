"""The Engine over both kinds of engines: the built-in one, and the providers; it never looks at the question."""

from __future__ import annotations

from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.ports import Engine, Meter
from routerd.domain.prompt import Question
from routerd.domain.quote import Rung
from routerd.domain.reply import Reply


class Engines:
    """The Engine that hands a rung to the built-in engine or to the providers, by its models."""

    def __init__(self, offline: Engine, upstream: Engine) -> None:
        self._offline = offline
        self._upstream = upstream

    def first(self, question: Question, rung: Rung) -> ModelRef:
        """As the Engine port says."""
        return self._engine(rung).first(question, rung)

    async def ask(self, question: Question, rung: Rung, meter: Meter) -> Reply:
        """As the Engine port says."""
        return await self._engine(rung).ask(question, rung, meter)

    def _engine(self, rung: Rung) -> Engine:
        return self._offline if rung.models == (OFFLINE,) else self._upstream
