"""The job engine: every run is an asyncio task of its own, and whatever cancels calls the same cancel()."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass, field

from routerd.domain.errors import RouterdError
from routerd.domain.outcome import Outcome, Status

_log = logging.getLogger(__name__)

BOOKING_S = 1.0
"""Time that cancelled jobs get to close their sockets and book what they spent before the process ends."""


@dataclass(slots=True, eq=False)
class Job:
    """One action under way; ``outcome`` is always set in the end, and never to an exception."""

    id: str
    action: str
    uri: str
    key: Hashable
    outcome: asyncio.Future[Outcome]
    token: str | int | None = None
    """The progress token that the client may cancel it by."""
    _task: asyncio.Task[Outcome] | None = field(default=None, repr=False)

    def cancel(self) -> None:
        """Stop it: the upstream socket closes, what was spent is booked, the outcome is ``cancelled``."""
        if self._task is not None:
            self._task.cancel()

    def start(self, work: Coroutine[object, object, Outcome], ended: Callable[[Job], None]) -> None:
        """Run the work in a task of its own and call ``ended`` once the outcome is known."""

        def settle(task: asyncio.Task[Outcome]) -> None:
            self.outcome.set_result(_outcome(task, self.action))
            ended(self)

        self._task = asyncio.get_running_loop().create_task(work, name=f"routerd {self.id}")
        self._task.add_done_callback(settle)


class Jobs:
    """The jobs of one connection; two for the same thing at the same time are one."""

    def __init__(self, changed: Callable[[], None]) -> None:
        """``changed`` is called whenever the number of jobs is another one."""
        self._numbers = itertools.count(1)
        self._running: dict[str, Job] = {}
        self._changed = changed

    def __len__(self) -> int:
        return len(self._running)

    def get(self, identity: str) -> Job | None:
        """A running job by its id."""
        return self._running.get(identity)

    def same(self, key: Hashable) -> Job | None:
        """The running job for the same thing."""
        return next((job for job in self._running.values() if job.key == key), None)

    def start(
        self,
        action: str,
        uri: str,
        key: Hashable,
        work: Callable[[Job], Coroutine[object, object, Outcome]],
    ) -> Job:
        """Begin a job; its work may not begin before this returned."""
        outcome = asyncio.get_running_loop().create_future()
        job = Job(f"j{next(self._numbers)}", action, uri, key, outcome)
        self._running[job.id] = job
        job.start(work(job), self._ended)
        self._changed()
        return job

    def cancel_token(self, token: str | int) -> None:
        """The client pressed cancel on a progress."""
        for job in self._running.values():
            if job.token == token:
                job.cancel()

    def cancel_document(self, uri: str) -> None:
        """A document was closed: nobody waits for its jobs any more."""
        for job in self._running.values():
            if job.uri == uri:
                job.cancel()

    async def close(self) -> None:
        """Cancel all jobs and wait until they have booked what they spent."""
        outcomes = [job.outcome for job in self._running.values()]
        for job in self._running.values():
            job.cancel()
        if outcomes:
            await asyncio.wait(outcomes, timeout=BOOKING_S)

    def _ended(self, job: Job) -> None:
        self._running.pop(job.id, None)
        self._changed()


def _outcome(task: asyncio.Task[Outcome], action: str) -> Outcome:
    if task.cancelled():
        return Outcome(Status.CANCELLED, action, "Cancelled before anything was sent.")
    fault = task.exception()
    if fault is None:
        return task.result()
    if isinstance(fault, RouterdError):
        return Outcome(Status.FAILED, action, str(fault))
    _log.error("a job met a fault of routerd's own", exc_info=fault)
    return Outcome(Status.FAILED, action, f"routerd met a fault of its own ({type(fault).__name__}); see its log.")
