"""The Engine port of one item: stores each answer as it arrives, and gives stored ones again instead of asking."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from routerd.batch.no_claims import NoClaims
from routerd.domain.attempt import AttemptStatus
from routerd.domain.batch_store import BatchStore
from routerd.domain.claim_ports import Claims
from routerd.domain.errors import OverBudget, Unfinished
from routerd.domain.model import ModelRef
from routerd.domain.ports import Engine, Meter
from routerd.domain.prompt import Question
from routerd.domain.quote import Candidate
from routerd.domain.reply import Finish, Reply
from routerd.domain.stored_reply import StoredReply


@dataclass(slots=True)
class JournalEngine:
    """Between the arrival of an answer and its storage nothing is awaited: a process that dies later loses nothing."""

    engine: Engine
    store: BatchStore
    batch: str
    item: str
    wave: int
    stored: list[StoredReply]
    """Answers of this wave that an earlier process received, oldest first."""
    claims: Claims = field(default_factory=NoClaims)

    def first(self, question: Question, candidate: Candidate) -> ModelRef:
        """As the Engine port says."""
        return self.engine.first(question, candidate)

    async def ask(self, question: Question, candidate: Candidate, meter: Meter) -> Reply:
        """As the Engine port says."""
        if self.stored:
            reply = self.stored.pop(0)
            if reply.attempt.status is not AttemptStatus.OK:
                meter.attempts.append(reply.attempt)
                raise Unfinished(f"{reply.attempt.model}: {reply.attempt.reason or reply.attempt.status}.")
            return Reply(reply.text, Finish.STOP, reply.attempt)
        answer = await self.engine.ask(question, candidate, meter)
        if answer.finish is Finish.STOP:
            stored = StoredReply(answer.text, answer.attempt, self.wave)
            self.store.keep_reply(self.batch, self.item, stored)
            await self.claims.answered(self.item, stored)
        return answer


@dataclass(frozen=True, slots=True)
class Unasked:
    """The Engine port where stored answers are checked and nothing is sent, as nobody agreed to a price."""

    engine: Engine

    def first(self, question: Question, candidate: Candidate) -> ModelRef:
        """As the Engine port says."""
        return self.engine.first(question, candidate)

    async def ask(self, question: Question, candidate: Candidate, meter: Meter) -> Reply:
        """Raises OverBudget."""
        raise OverBudget("'routerd batch run' or 'submit' asks again")


class NoReplyCache:
    """The ReplyCache port of an item whose stored answers are to be judged again."""

    async def find(self, key: str, at: datetime) -> str | None:
        """Nothing."""
        return None

    def get(self, key: str, at: datetime) -> str | None:
        """Nothing."""
        return None

    def put(self, key: str, text: str, at: datetime) -> None:
        """Nothing: the answer is stored."""

    def drop(self, key: str) -> None:
        """Nothing."""
