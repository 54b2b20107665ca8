"""Hands items over to the batch services of their providers, and gives back whatever was not taken."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from routerd.batch.batch_run import BatchRun, stronger
from routerd.batch.identity import text_hash
from routerd.batch.planning import first_wave
from routerd.batch.service_price import BatchPrices, at_share, batch_share
from routerd.domain.batch import Item, ItemState
from routerd.domain.batch_service import BatchedRequest, BatchService, NotKnownIfTaken
from routerd.domain.document import Document
from routerd.domain.errors import UpstreamError
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.submission import Submission, Submissions
from routerd.domain.verdict import Refusal
from routerd.languages import language_of
from routerd.pipeline.prepare import Known, Prepared, prepared


@dataclass(frozen=True, slots=True)
class Left:
    """An item that stays here, with the reason."""

    item: Item
    reason: str


@dataclass(frozen=True, slots=True)
class HandedOver:
    """One batch that a provider took, or may have taken."""

    submission: Submission
    items: int


@dataclass(frozen=True, slots=True)
class SubmitEnd:
    """How a submission ended."""

    handed: tuple[HandedOver, ...]
    left: tuple[Left, ...]
    problems: tuple[str, ...]
    """Why a provider took nothing, and whether that is certain."""
    capped: str | None
    """Why it stopped before all items, where money was the reason."""


def sorted_out(run: BatchRun, service: BatchService, items: Iterable[Item]) -> tuple[list[Item], list[Left]]:
    """Items that a batch service can take, at its price, and those that stay here; refused ones at the next tier."""
    ready: list[Item] = []
    left: list[Left] = []
    refused = [item for item in items if item.state is ItemState.REFUSED]
    asked = [item for item in items if item.state in (ItemState.PLANNED, ItemState.FAILED, ItemState.RECEIVED)]
    for item in (*asked, *stronger(run, refused)):
        share = batch_share(run.deps.catalogue.price(item.model, run.deps.clock()))
        why = _why_not(run, service, item)
        if why is None and share is not None:
            ready.append(at_share(item, share))
        else:
            left.append(Left(item, why or _UNPRICED.format(model=item.model)))
    return ready, left


_UNPRICED = (
    'what {model} costs in a batch is not known: give batch_input and batch_output under [models."{model}"], or use '
    "'routerd batch run'"
)
_CHECK_FIRST = "its answer is here and is not checked yet: 'routerd batch collect' checks it"


def _why_not(run: BatchRun, service: BatchService, item: Item) -> str | None:
    if item.model == OFFLINE:
        return "no model is asked: 'routerd batch run' does it at once"
    if any(reply.wave == item.wave for reply in run.store.replies(run.batch, item.id)):
        return _CHECK_FIRST
    if not service.offered(item.model):
        return f"{item.model.provider} has no batch service that routerd knows: 'routerd batch run' asks it"
    return None


@dataclass(slots=True)
class Submitting:
    """Hands over the items of one batch."""

    run: BatchRun
    service: BatchService
    submissions: Submissions
    _handed: list[HandedOver] = field(default_factory=list)
    _left: list[Left] = field(default_factory=list)
    _problems: list[str] = field(default_factory=list)
    _capped: str | None = None

    async def to_end(self, ready: Sequence[Item]) -> SubmitEnd:
        """Hand over what is ready, a batch for each model and size. Raises LedgerError."""
        for model in dict.fromkeys(item.model for item in ready):
            if not await self._of_model(model, [item for item in ready if item.model == model]):
                break
        return SubmitEnd(tuple(self._handed), tuple(self._left), tuple(self._problems), self._capped)

    async def _of_model(self, model: ModelRef, items: Sequence[Item]) -> bool:
        """Hand over the items of one model; whether there is money for more."""
        part: list[tuple[Item, BatchedRequest]] = []
        size = 0
        for item in items:
            found = await self._prepared(item)
            if isinstance(found, Left):
                self._left.append(found)
                continue
            if found is None:
                break
            length = self.service.size(model, found)
            if part and (len(part) == self.service.part_requests or size + length > self.service.part_bytes):
                if not await self._hand_over(model, part):
                    self.run.account.release(self._job(item))
                    return True
                part, size = [], 0
            part.append((item, found))
            size += length
        if part:
            await self._hand_over(model, part)
        return self._capped is None

    async def _prepared(self, item: Item) -> BatchedRequest | Left | None:
        """The request of an item, its price reserved; ``None`` where the money is not enough."""
        run = self.run
        uri = run.uri(item.path)
        now = run.deps.workspace.read(uri)
        if now is None or text_hash(now.text.string) != item.text:
            return Left(item, "the file changed since it was planned: plan again")
        document = Document(uri, None, language_of(uri), run.store.text(item.text))
        request = replace(run.wanted.of(document), tier=None, model=item.model)
        deps = replace(run.deps, ledger=run.account, catalogue=BatchPrices(run.deps.catalogue, item.model))
        run.account.short = None
        found = await prepared(self._job(item), request, first_wave(run.snapshot, item), deps)
        if isinstance(found, Known):
            return Left(item, "answered before: 'routerd batch run' takes that answer for nothing")
        if isinstance(found, Prepared):
            return BatchedRequest(item.id, found.prompt, found.max_output, found.counted)
        if run.account.short is not None:
            self._capped = run.account.short.message
            return None
        assert isinstance(found, Refusal)
        return Left(item, found.message.rstrip("."))

    def _job(self, item: Item) -> str:
        return job_of(self.run.batch, item.id)

    async def _hand_over(self, model: ModelRef, part: Sequence[tuple[Item, BatchedRequest]]) -> bool:
        """Hand over one part; whether the provider may be asked to take more."""
        items = [item for item, _ in part]
        requests = [request for _, request in part]
        counted = {request.custom_id: request.counted for request in requests}
        at = self.run.deps.clock()
        made = Submission(f"routerd-{uuid.uuid4().hex}", self.run.batch, model, None, at.timestamp(), counted)
        self.submissions.begin(made, items, at)
        self.run.account.hand_over([self._job(item) for item in items])
        try:
            job = await self.service.submit(model, requests, made.label)
        except NotKnownIfTaken as fault:
            self._problems.append(f"{fault} It may have taken the batch: 'routerd batch collect' looks for it.")
            self._handed.append(HandedOver(made, len(items)))
            return False
        except UpstreamError as fault:
            give_back(self.run, self.submissions, made, ItemState.PLANNED, "")
            self._problems.append(f"{fault} It took nothing.")
            return False
        self.submissions.name_job(made.label, job)
        self._handed.append(HandedOver(replace(made, job=job), len(items)))
        return True


def job_of(batch: str, item: str) -> str:
    """The name under which an item's money is held and booked, as in a run."""
    return f"{batch}-{item}"


def give_back(run: BatchRun, submissions: Submissions, made: Submission, state: ItemState, message: str) -> None:
    """What is still to come of a submission was not asked: its items are open again, and cost nothing."""
    given = submissions.give_back(made, submissions.waiting(made), state, message)
    run.account.take_back([job_of(made.batch, item) for item in given])
    submissions.settle(made.label)


def began(submission: Submission) -> datetime:
    """When it was handed over, in local time."""
    return datetime.fromtimestamp(submission.at).astimezone()
