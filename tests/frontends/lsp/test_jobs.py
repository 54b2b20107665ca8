"""The job engine: ids, one job for one thing, and a cancel that always ends in an outcome."""

from __future__ import annotations

import asyncio

from routerd.app.jobs import Job, Jobs
from routerd.domain.errors import UsageError
from routerd.domain.outcome import Outcome, Status

DONE = Outcome(Status.APPLIED, "document", "done")


async def _waits(_: Job) -> Outcome:
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        return Outcome(Status.CANCELLED, "document", "booked")
    return DONE


async def _ends(_: Job) -> Outcome:
    return DONE


async def test_jobs_are_numbered_counted_and_forgotten() -> None:
    counts: list[int] = []
    jobs = Jobs(lambda: counts.append(len(jobs)))
    first, second = jobs.start("document", "a", "k1", _ends), jobs.start("document", "b", "k2", _ends)
    assert (first.id, second.id) == ("j1", "j2")
    assert jobs.same("k1") is first
    assert await first.outcome is await second.outcome is DONE
    await asyncio.sleep(0)
    assert jobs.same("k1") is None
    assert counts == [1, 2, 1, 0]


async def test_every_source_of_cancel_ends_in_what_the_work_booked() -> None:
    jobs = Jobs(lambda: None)
    by_id, by_token, by_document, by_end = (jobs.start("document", uri, uri, _waits) for uri in ("a", "b", "c", "d"))
    by_token.token = "mine"
    await asyncio.sleep(0)
    found = jobs.get("j1")
    assert found is by_id
    found.cancel()
    jobs.cancel_token("mine")
    jobs.cancel_document("c")
    await jobs.close()
    for job in (by_id, by_token, by_document, by_end):
        assert (await job.outcome).message == "booked"


async def test_a_job_cancelled_before_its_first_step_has_an_outcome_too() -> None:
    job = Jobs(lambda: None).start("document", "a", "k", _waits)
    job.cancel()
    assert (await job.outcome).status is Status.CANCELLED


async def test_faults_become_failures_and_only_routerds_own_sentences_are_repeated() -> None:
    async def expected(_: Job) -> Outcome:
        raise UsageError("There is no tier 'x'.")

    async def unexpected(_: Job) -> Outcome:
        raise ValueError("secret code")

    jobs = Jobs(lambda: None)
    told = await jobs.start("document", "a", "1", expected).outcome
    hidden = await jobs.start("document", "a", "2", unexpected).outcome
    assert (told.status, told.message) == (Status.FAILED, "There is no tier 'x'.")
    assert hidden.status is Status.FAILED
    assert "ValueError" in hidden.message
    assert "secret" not in hidden.message
