"""The Engine that derives answers from the code, in the formats that models use; never runs that code."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.errors import UpstreamError
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.money import Usage
from routerd.domain.ports import Linter, Meter
from routerd.domain.prompt import Question
from routerd.domain.quote import Candidate
from routerd.domain.reply import Finish, Reply
from routerd.offline.design import design
from routerd.offline.document import document
from routerd.offline.review import review
from routerd.offline.tests import write_tests

_Writer = Callable[[Question], str]
_NO_ANSWER = """\
Offline, no model: a free-form request cannot be answered here, and nothing was changed.

Set a provider's key (see `routerd config init`) to have it answered by a model.
"""


class OfflineEngine:
    """Answers each action that is declared ``offline`` with its own writer; the answers say that no model was asked."""

    def __init__(self, linter: Linter) -> None:
        self.writers: Mapping[str, _Writer] = {
            "document": document,
            "test": write_tests,
            "review": lambda question: review(question, linter),
            "design": design,
            "ask": lambda question: _NO_ANSWER,
        }
        # Runs in a thread, so that the event loop can handle cancellation meanwhile.
        self._executor = ThreadPoolExecutor(1, "routerd-offline")

    def first(self, question: Question, candidate: Candidate) -> ModelRef:  # of the port
        """Always the built-in engine."""
        return OFFLINE

    async def ask(self, question: Question, candidate: Candidate, meter: Meter) -> Reply:
        """The reply, at no cost. Raises UpstreamError if the built-in engine does not support the language."""
        started = time.perf_counter()

        def attempt(status: AttemptStatus, reason: str | None = None) -> Attempt:
            ms = round((time.perf_counter() - started) * 1000)
            return Attempt(OFFLINE, candidate.tier, status, Usage(), Decimal(0), ms, reason)

        writer = self.writers[question.spec.name]
        try:
            text = await asyncio.get_running_loop().run_in_executor(self._executor, writer, question)
        except asyncio.CancelledError:
            meter.attempts.append(attempt(AttemptStatus.CANCELLED))
            raise
        except UpstreamError as fault:
            meter.attempts.append(attempt(AttemptStatus.BAD_REQUEST, str(fault)))
            raise
        return Reply(text, Finish.STOP, attempt(AttemptStatus.OK))
