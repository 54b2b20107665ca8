"""Runs the items of a batch: several at once, a wave for each tier, until all are done or the money is not enough."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Protocol

from routerd.batch.batch_run import BatchRun, concurrency, stronger
from routerd.batch.identity import text_hash
from routerd.batch.journal import JournalEngine, NoReplyCache, Unasked
from routerd.batch.planning import first_wave
from routerd.domain.attempt import AttemptStatus
from routerd.domain.batch import Item, ItemState
from routerd.domain.claim_ports import Claim
from routerd.domain.document import Document
from routerd.domain.errors import LedgerError
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.money import Usage, total
from routerd.domain.outcome import Outcome, Status
from routerd.domain.reply import Change
from routerd.domain.settings import Snapshot
from routerd.domain.stored_reply import StoredReply
from routerd.languages import language_of
from routerd.pipeline.run import run


class BatchObserver(Protocol):
    """Is told of the progress of a run."""

    def wave(self, number: int, items: int) -> None:
        """A wave of so many items begins."""

    def ended(self, item: Item, spent: Decimal | None) -> None:
        """An item ended; the batch cost so many dollars by now, ``None`` where a price is unknown."""


@dataclass(frozen=True, slots=True)
class RunEnd:
    """How a run ended."""

    capped: str | None
    """Why it stopped before all items were asked, where money was the reason."""
    cancelled: bool
    fault: str | None
    """Why answers could not be stored; nothing more was asked after that."""


_ASKED = (ItemState.PLANNED, ItemState.RECEIVED, ItemState.FAILED)
_WITH_CHANGE = (ItemState.DONE, ItemState.PROPOSED)
_CLAIMED_POLL_S = 0.2
"""Another machine's item is looked at again after so long."""


@dataclass(slots=True)
class Waves:
    """One run of a batch."""

    run: BatchRun
    observer: BatchObserver
    _queue: deque[Item] = field(default_factory=deque)
    _under_way: int = 0
    _spent: Decimal | None = Decimal(0)
    _refused: list[Item] = field(default_factory=list)
    _stopped: bool = False
    _capped: str | None = None
    _cancelled: bool = False
    _fault: str | None = None
    _unanswered: set[str] = field(default_factory=set)
    """Items that another machine may ask as well."""
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def to_end(self, items: Sequence[Item]) -> RunEnd:
        """Ask every open item, and refused ones again at the next tier, until none is left or the run is stopped."""
        self._spent = self.run.store.spent(self.run.batch)
        wave = 1
        now = [item for item in items if item.state in _ASKED]
        later = stronger(self.run, (item for item in items if item.state is ItemState.REFUSED))
        while now or later:
            if not now:
                now, later = later, []
            self.observer.wave(wave, len(now))
            self._queue.extend(now)
            workers = [asyncio.ensure_future(self._work()) for _ in range(concurrency(self.run, now))]
            try:
                await asyncio.gather(*workers)
            except asyncio.CancelledError:
                self._stopped = self._cancelled = True
                for worker in workers:
                    worker.cancel()
                await asyncio.gather(*workers, return_exceptions=True)
            if self._stopped:
                break
            now, self._refused, wave = later + stronger(self.run, self._refused), [], wave + 1
            later = []
        return RunEnd(self._capped, self._cancelled, self._fault)

    async def _work(self) -> None:
        while self._queue and not self._stopped:
            if self.run.stop_asked():
                self._stopped = self._cancelled = True
                break
            item = self._queue.popleft()
            self._under_way += 1
            try:
                enough = await self._claimed(item)
            except LedgerError as fault:
                self._fault, self._stopped, enough = str(fault), True, True
            finally:
                self._under_way -= 1
                self._tell()
            if not enough:
                await self._short_of_money(item)

    async def _short_of_money(self, item: Item) -> None:
        """Another item may give back what it does not need; once none is under way, the money is not enough."""
        self._queue.appendleft(item)
        if self._under_way:
            await self._news.wait()
        elif not self._stopped:
            short = self.run.account.short
            self._capped, self._stopped = short.message if short else "The money is not enough.", True
            self._tell()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def _claimed(self, item: Item) -> bool:
        """Ask one item, where no other machine does; else it comes after the others, with that machine's answers."""
        claim = await self.run.claims.take(item.id, item.wave) if self.run.asks else Claim((), ended=False)
        if claim is None:
            self._queue.append(item)
            await asyncio.sleep(_CLAIMED_POLL_S)
            return True
        known = len(self.run.store.replies(self.run.batch, item.id))
        for reply in claim.answers if not known else ():
            self.run.store.keep_reply(self.run.batch, item.id, as_answered(reply))
        done = False
        try:
            enough = await self._one(item)
            done = enough and item.id not in self._unanswered
        finally:
            if not claim.ended and self.run.asks:
                await self.run.claims.end(item.id, item.wave, done=done)
        return enough

    async def _one(self, item: Item) -> bool:
        """Ask one item and store how it ended; ``False`` where the money was not enough to ask."""
        store, account = self.run.store, self.run.account
        account.short = None
        outcome = await _Asking(self.run, item).outcome()
        if outcome.status is Status.CANCELLED:
            self._stopped = self._cancelled = True
            self._unanswered.add(item.id)
            return True
        if outcome.status is Status.REFUSED and account.short is not None and not outcome.attempts:
            return False
        ended = _ended(item, outcome)
        if ended.state is ItemState.FAILED and incomplete(store.replies(self.run.batch, item.id), item):
            ended = replace(ended, wave=item.wave + 1)  # what came is booked, and the next run asks anew
        if ended.state is ItemState.FAILED:
            self._unanswered.add(item.id)
        more = None if ended.cost is None or item.cost is None else ended.cost - item.cost
        self._spent = total((self._spent, more))
        store.finish(self.run.batch, ended, outcome.change if ended.state in _WITH_CHANGE else None)
        if ended.state is ItemState.REFUSED:
            self._refused.append(ended)
        self.observer.ended(ended, self._spent)
        return True


@dataclass(slots=True)
class _Asking:
    """One item on its way through the pipeline; also its Editor, which keeps the planned text and applies nothing."""

    run: BatchRun
    item: Item
    _document: Document | None = None

    async def outcome(self) -> Outcome:
        run_, item, store = self.run, self.item, self.run.store
        uri = run_.uri(item.path)
        stored = store.replies(run_.batch, item.id)
        if not stored and not self._unchanged(uri):
            return Outcome(Status.FAILED, run_.wanted.action, "The file changed since it was planned: plan again.")
        self._document = Document(uri, None, language_of(uri), store.text(item.text))
        again = [reply for reply in stored if reply.wave == item.wave]
        before = [reply for reply in stored if reply.wave < item.wave]
        job = f"{run_.batch}-{item.id}"
        run_.account.replay(job, [one.attempt for one in before], [one.attempt for one in again])
        engine = run_.deps.engine if run_.asks else Unasked(run_.deps.engine)
        deps = replace(
            run_.deps,
            ledger=run_.account,
            engine=JournalEngine(engine, store, run_.batch, item.id, item.wave, again, run_.claims),
            cache=NoReplyCache() if stored else run_.deps.cache,
        )
        request = run_.wanted.of(self._document)
        model = OFFLINE if item.model == OFFLINE else request.model
        request = replace(request, tier=item.tier if model is None else None, model=model)
        return await run(job, request, self._snapshot(), deps, self, _Silent())

    def _snapshot(self) -> Snapshot:
        """What was answered is checked even where its model is configured no more."""
        alone = first_wave(self.run.snapshot, self.item)
        return alone if self.run.asks else replace(alone, usable={self.item.tier: (self.item.model,)})

    def _unchanged(self, uri: str) -> bool:
        now = self.run.deps.workspace.read(uri)
        return now is not None and text_hash(now.text.string) == self.item.text

    def current(self, uri: str) -> Document | None:
        """As the Editor port says: what was planned, so that applying it later anchors it once."""
        return self._document

    async def apply(self, change: Change, label: str) -> None:
        """As the Editor port says: nothing yet."""

    async def confirm(self, question: str) -> bool:
        """Agreed, with the price of the whole batch."""
        return True


def as_answered(reply: StoredReply) -> StoredReply:
    """An answer that another machine paid for and booked, which costs nothing here."""
    attempt = replace(
        reply.attempt, usage=Usage(), cost=Decimal(0), ms=0, reason="asked by another machine", cached=True
    )
    return replace(reply, attempt=attempt)


def incomplete(replies: Iterable[StoredReply], item: Item) -> bool:
    """Whether an answer of an item's wave is stored that was cut or filtered."""
    return any(one.wave == item.wave and one.attempt.status is not AttemptStatus.OK for one in replies)


class _Silent:
    """The Observer of one item among many."""

    def stage(self, name: str, model: ModelRef | None = None) -> None:
        """Nothing."""

    def wrote(self, text: str) -> None:
        """Nothing."""

    def tokens(self, so_far: int, cost: Decimal | None) -> None:
        """Nothing."""


def _ended(item: Item, outcome: Outcome) -> Item:
    """The item with its state after an outcome."""
    cost = total((item.cost, *(one.cost for one in outcome.attempts if not one.cached)))
    if outcome.status is Status.APPLIED:
        state = ItemState.DONE
    elif outcome.status is Status.PROPOSED and outcome.change is not None:
        state = ItemState.PROPOSED
    elif any(one.status is AttemptStatus.REJECTED for one in outcome.attempts):
        state = ItemState.REFUSED
    else:
        state = ItemState.FAILED
    return replace(
        item,
        state=state,
        message=outcome.message,
        cost=cost,
        tier=outcome.tier or item.tier,
        model=outcome.model or item.model,
    )
