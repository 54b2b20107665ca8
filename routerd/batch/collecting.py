"""Fetches what a provider's batch has answered: each result is stored, then settled, and mapped by its id alone."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from routerd.batch.batch_run import BatchRun
from routerd.batch.submitting import give_back, job_of
from routerd.domain.batch import Item, ItemState
from routerd.domain.batch_service import BatchedResult, BatchService, JobState, JobView, NoSuchBatch
from routerd.domain.errors import UpstreamError
from routerd.domain.stored_reply import StoredReply
from routerd.domain.submission import Submission, Submissions
from routerd.domain.tier import Tier


@dataclass(slots=True)
class Collected:
    """What came of one submission."""

    submission: Submission
    view: JobView | None = None
    received: int = 0
    """Answers that are new."""
    not_asked: int = 0
    """Requests that the provider did not come to: they cost nothing and are open again."""
    problems: list[str] = field(default_factory=list)
    """Sentences on ids that are unknown, missing or doubled, and on what could not be fetched."""
    settled: bool = False
    """Nothing more is to come."""


@dataclass(frozen=True, slots=True)
class Collecting:
    """Collects the submissions of one batch."""

    run: BatchRun
    service: BatchService
    submissions: Submissions

    async def look(self) -> list[Collected]:
        """Look at every submission once, and fetch those that ended. Raises LedgerError."""
        found = []
        for submission in self.submissions.unsettled(self.run.batch):
            collected = Collected(submission)
            found.append(collected)
            try:
                named = await self._named(collected)
                if named is not None:
                    await self._one(named, collected)
            except NoSuchBatch as fault:
                collected.problems.append(
                    f"{fault} It was handed over with another key, or is gone: 'routerd batch cancel' gives it up."
                )
            except UpstreamError as fault:
                collected.problems.append(f"{fault} 'routerd batch collect' tries again.")
        return found

    async def _named(self, collected: Collected) -> Submission | None:
        """The submission with the provider's id, looked for where the process ended before it was known."""
        submission = collected.submission
        if submission.job is not None:
            return submission
        model, count = submission.model, len(submission.counted)
        alike = await self.service.find(model, submission.label, count, submission.at)
        mine = [job for job in alike if job not in self.submissions.jobs()]
        if not mine:
            give_back(self.run, self.submissions, submission, ItemState.PLANNED, "")
            collected.not_asked, collected.settled = count, True
            collected.problems.append(f"{model.provider} has not taken the batch: nothing was asked.")
            return None
        if len(mine) > 1:
            collected.problems.append(
                f"{model.provider} has several batches that may be this one ({', '.join(mine)}): "
                "'routerd batch cancel' gives it up here."
            )
            return None
        self.submissions.name_job(submission.label, mine[0])
        return next(one for one in self.submissions.unsettled(self.run.batch) if one.label == submission.label)

    async def _one(self, submission: Submission, collected: Collected) -> None:
        assert submission.job is not None
        view = collected.view = await self.service.look(submission.model, submission.job)
        if view.state is JobState.RUNNING:
            return
        if view.state is JobState.FAILED:
            reason = view.reason or f"the batch is {view.said}"
            give_back(self.run, self.submissions, submission, ItemState.FAILED, reason)
            collected.not_asked, collected.settled = len(submission.counted), True
            collected.problems.append(f"{submission.model.provider} refused the batch: {reason}. Nothing was charged.")
            return
        await self._fetch(submission, view, collected)

    async def _fetch(self, submission: Submission, view: JobView, collected: Collected) -> None:
        assert submission.job is not None
        seen: set[str] = set()
        unknown, doubled, answered = 0, [], 0
        items = {item.id: item for item in self.run.store.items(self.run.batch)}
        asked = {
            name: (items[name].tier if name in items else Tier.UTILITY, counted)
            for name, counted in submission.counted.items()
        }
        results = self.service.results(submission.model, submission.job, asked)
        async with aclosing(results):
            async for result in results:
                if result.custom_id not in submission.counted:
                    unknown += 1
                    continue
                if result.custom_id in seen:
                    doubled.append(_path(items, result.custom_id))
                    continue
                seen.add(result.custom_id)
                answered += result.attempt is not None
                self._take(submission, items, result, collected)
        if unknown:
            collected.problems.append(f"{unknown} results have an id that was not sent: they are left alone.")
        if doubled:
            collected.problems.append(f"Results came twice, and the first counts: {', '.join(doubled)}.")
        self._missing(submission, view, answered, collected)

    def _take(
        self, submission: Submission, items: dict[str, Item], result: BatchedResult, collected: Collected
    ) -> None:
        """Store one result. What was stored before, by a process that ended, is passed over."""
        name = result.custom_id
        if result.attempt is not None:
            wave = items[name].wave if name in items else 1
            reply = StoredReply(result.text, result.attempt, wave)
            collected.received += self.submissions.receive(submission, name, reply)
            return
        state = ItemState.PLANNED if result.again else ItemState.FAILED
        given = self.submissions.give_back(submission, [name], state, result.reason)
        self.run.account.take_back([job_of(submission.batch, one) for one in given])
        collected.not_asked += len(given)

    def _missing(self, submission: Submission, view: JobView, answered: int, collected: Collected) -> None:
        """Requests of which the results say nothing."""
        missing = self.submissions.waiting(submission)
        if not missing:
            self.submissions.settle(submission.label)
            collected.settled = True
            return
        if view.done is None:
            self._unknown(submission, missing)
            collected.settled = True
            collected.problems.append(
                f"{len(missing)} requests have no result, and {submission.model.provider} does not say whether it "
                "charges them: they are booked at the most that they can cost."
            )
        elif view.done > answered:
            collected.problems.append(
                f"The results end early: {submission.model.provider} counts {view.done} answers, and {answered} came. "
                "'routerd batch collect' fetches the rest; 'routerd batch cancel' gives it up."
            )
        else:
            give_back(self.run, self.submissions, submission, ItemState.PLANNED, "the batch has no result for it")
            collected.not_asked += len(missing)
            collected.settled = True
            collected.problems.append(f"{len(missing)} requests have no result and were not charged: they are open.")

    def _unknown(self, submission: Submission, missing: Sequence[str]) -> None:
        given = self.submissions.give_back(
            submission, missing, ItemState.FAILED, "the provider's batch has no result for it"
        )
        self.run.account.book_unknown([job_of(submission.batch, item) for item in given])
        self.submissions.settle(submission.label)

    async def cancel(self) -> list[str]:
        """Ask the providers to stop what runs, and give up what cannot be fetched; sentences. Raises LedgerError."""
        said = []
        for submission in self.submissions.unsettled(self.run.batch):
            provider, count = submission.model.provider, len(submission.counted)
            try:
                if submission.job is not None:
                    view = await self.service.look(submission.model, submission.job)
                    if view.state is JobState.RUNNING:
                        await self.service.cancel(submission.model, submission.job)
                        said.append(
                            f"{provider} was asked to stop its batch of {count}; what is answered by then is charged: "
                            "'routerd batch collect' fetches it."
                        )
                        continue
            except NoSuchBatch:
                pass
            except UpstreamError as fault:
                said.append(f"{fault} Its batch of {count} is as it was.")
                continue
            waiting = self.submissions.waiting(submission)
            self._unknown(submission, waiting)
            said.append(
                f"{len(waiting)} requests of the batch at {provider} are given up, and booked at the most that they "
                "can have cost."
            )
        return said


def _path(items: dict[str, Item], name: str) -> str:
    return items[name].path if name in items else name
