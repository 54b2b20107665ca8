"""`routerd batch submit` and `collect`: work handed over to a provider's batch service, and fetched from it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import replace

from routerd.app.batches import Batches
from routerd.app.provider_batches import ProviderBatchWork
from routerd.batch.collecting import Collected
from routerd.batch.planning import BatchRequest
from routerd.batch.submitting import Left, SubmitEnd
from routerd.batch.waves import RunEnd
from routerd.domain.batch import BatchPlan, PriceRange
from routerd.domain.batch_service import JobState
from routerd.domain.errors import UsageError
from routerd.domain.money import dollars_at_most
from routerd.domain.verdict import Refusal
from routerd.frontends.cli import batch_end, batch_screen, screen
from routerd.frontends.cli.agreement import agreed_to
from routerd.frontends.cli.batch_end import ManyOptions
from routerd.frontends.cli.batch_screen import BatchProgress
from routerd.frontends.shapes import Json, counted
from routerd.system.signals import on_end

_FIRST_S, _LONGEST_S, _GROWTH = 2.0, 300.0, 1.5
"""Seconds between two looks at a provider's batch: most end within an hour, and none is worth more than a look every
five minutes."""


def submitted(batches: Batches, wanted: BatchRequest, plan: BatchPlan, options: ManyOptions) -> int:
    """Ask for agreement, hand the items of a plan over, and say what was taken and what stays."""
    work = ProviderBatchWork(batches)
    ready, left = work.sorted_out(wanted, plan)
    price = PriceRange.of(ready)
    if plan.cap is not None:
        price = replace(price, most=plan.cap if price.most is None else min(price.most, plan.cap))
    if not ready:
        return _said(plan, SubmitEnd((), tuple(left), (), None), options)
    words = f"{counted(len(ready), 'request')} to a batch service: {batch_screen.price_words_of(price)}"
    screen.note(f"{plan.action}: {words}.")
    most = "price unknown" if price.most is None else f"at most {dollars_at_most(price.most)}"
    if not agreed_to(f"Hand {counted(len(ready), 'request')} over ({most})?", options):
        return batch_end.REFUSED
    end = asyncio.run(work.submit(wanted, plan, ready))
    if isinstance(end, Refusal):
        screen.note(end.message)
        return batch_end.REFUSED
    return _said(plan, replace(end, left=(*left, *end.left)), options)


def _said(plan: BatchPlan, end: SubmitEnd, options: ManyOptions) -> int:
    """Say what was handed over and what was not."""
    if options.as_json:
        screen.print_json(
            {
                "batch": plan.id,
                "action": plan.action,
                "submitted": [
                    {
                        "label": one.submission.label,
                        "provider": one.submission.model.provider,
                        "model": str(one.submission.model),
                        "job": one.submission.job,
                        "items": one.items,
                    }
                    for one in end.handed
                ],
                "left": [{"path": one.item.path, "reason": one.reason} for one in end.left],
                "problems": list(end.problems),
                "stopped": end.capped,
            }
        )
    for one in end.handed:
        name = one.submission.job or "not known yet"
        screen.note(
            f"{one.submission.model.provider}: {counted(one.items, 'request')} handed over to {one.submission.model} "
            f"(batch {name}). 'routerd batch collect' fetches the answers, within a day."
        )
    for left in _grouped(end.left):
        screen.note(left)
    for sentence in (*end.problems, end.capped):
        if sentence:
            screen.note(sentence)
    if not end.handed and not end.problems:
        screen.note("Nothing was handed over.")
    if end.capped:
        return batch_end.REFUSED
    return batch_end.FAILED if end.problems or not end.handed else batch_end.DONE


def _grouped(left: Sequence[Left]) -> list[str]:
    """A line for each reason why items stay, with their paths."""
    paths: dict[str, list[str]] = {}
    for one in left:
        paths.setdefault(one.reason, []).append(one.item.path)
    return [f"{counted(len(names), 'file')} not handed over, {why}: {', '.join(names)}" for why, names in paths.items()]


def collected(
    batches: Batches, stored: Sequence[tuple[BatchPlan, BatchRequest]], options: ManyOptions, *, wait: bool
) -> int:
    """Fetch what ended, check it, and show or write the result."""
    work = ProviderBatchWork(batches)
    ends = asyncio.run(_collect_all(batches, work, stored, wait=wait))
    codes = []
    for plan, found, end in ends:
        shape: Json = {"provider_batches": [_shape(one) for one in found]}
        codes.append(batch_end.shown(batches, plan, end, options, shape))
        if any(one.problems for one in found):
            codes.append(batch_end.FAILED)
    return max(codes)


async def _collect_all(
    batches: Batches, work: ProviderBatchWork, stored: Sequence[tuple[BatchPlan, BatchRequest]], *, wait: bool
) -> list[tuple[BatchPlan, list[Collected], RunEnd]]:
    task = asyncio.ensure_future(_fetched(batches, work, stored, wait=wait))
    on_end(asyncio.get_running_loop(), task.cancel)
    try:
        found = await task
        with BatchProgress(None) as progress:
            return [(plan, found[plan.id], await work.check(wanted, plan, progress)) for plan, wanted in stored]
    except asyncio.CancelledError:
        raise UsageError("Stopped; what was fetched is stored, and 'routerd batch collect' goes on.") from None
    finally:
        await work.close()


async def _fetched(
    batches: Batches, work: ProviderBatchWork, stored: Sequence[tuple[BatchPlan, BatchRequest]], *, wait: bool
) -> dict[str, list[Collected]]:
    """What came of each batch; with ``wait`` nothing is left at a provider that goes on."""
    pause, found = _FIRST_S, dict[str, list[Collected]]()
    while True:
        for plan, wanted in stored:
            looks = await work.look(wanted, plan)
            found[plan.id] = _merged(found.get(plan.id, []), looks)
            for one in looks:
                _tell(one)
        running = [
            one.view
            for looks in found.values()
            for one in looks
            if one.view is not None and one.view.state is JobState.RUNNING
        ]
        if not wait or not running:
            return found
        asked = max((view.retry_after_s for view in running if view.retry_after_s is not None), default=None)
        if not await _paused(batches, pause if asked is None else asked):
            return found
        pause = min(pause * _GROWTH, _LONGEST_S)


def _merged(before: list[Collected], now: list[Collected]) -> list[Collected]:
    """The latest look at each submission; those that were settled before are not looked at again."""
    again = {one.submission.label for one in now}
    return [one for one in before if one.submission.label not in again] + now


async def _paused(batches: Batches, seconds: float) -> bool:
    """Wait; false where another terminal asked this one to stop."""
    end = asyncio.get_running_loop().time() + seconds
    while (left := end - asyncio.get_running_loop().time()) > 0:
        if batches.store.stop_asked(str(batches.root.resolve()), os.getpid()):
            return False
        await asyncio.sleep(min(left, 1.0))
    return True


def _tell(one: Collected) -> None:
    provider, count = one.submission.model.provider, len(one.submission.counted)
    if one.view is not None:
        done = f"{one.view.done:,} of " if one.view.done is not None else ""
        screen.note(f"{provider}: {one.view.said}, {done}{counted(count, 'request')} answered.")
    if one.received:
        screen.note(f"{provider}: {counted(one.received, 'answer')} fetched.")
    if one.not_asked:
        screen.note(f"{provider}: {counted(one.not_asked, 'request')} without an answer and not charged.")
    for sentence in one.problems:
        screen.note(sentence)


def _shape(one: Collected) -> Json:
    return {
        "label": one.submission.label,
        "provider": one.submission.model.provider,
        "job": one.submission.job,
        "state": None if one.view is None else str(one.view.state),
        "said": None if one.view is None else one.view.said,
        "items": len(one.submission.counted),
        "received": one.received,
        "not_asked": one.not_asked,
        "settled": one.settled,
        "problems": one.problems,
    }


def given_up(batches: Batches, stored: Sequence[tuple[BatchPlan, BatchRequest]]) -> None:
    """Ask providers to stop their batches, and give up what cannot be fetched."""
    work = ProviderBatchWork(batches)

    async def all_of_them() -> None:
        try:
            for plan, wanted in stored:
                if work.unsettled(plan):
                    for sentence in await work.cancel(wanted, plan):
                        screen.note(sentence)
        finally:
            await work.close()

    asyncio.run(all_of_them())
