"""What `workspace/executeCommand` offers; a run answers at once with its job, and all the rest is quick."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from routerd.frontends.lsp import change_reviews, from_proto, runs
from routerd.frontends.shapes import Json
from routerd.frontends.stats_shape import stats_json

if TYPE_CHECKING:
    from routerd.frontends.lsp.session import Session

Arguments = Sequence[object]


async def run(session: Session, arguments: Arguments) -> Json:
    """`routerd.run`: the id of the job, which may be one that was running already."""
    job = await runs.start(session, _first(arguments), own=False)
    return {"job": job.id}


async def cancel(session: Session, arguments: Arguments) -> Json:
    """`routerd.cancel`: whether there was such a job."""
    job = session.jobs.get(from_proto.text_of(_first(arguments), "job"))
    if job is not None:
        job.cancel()
    return {"cancelled": job is not None}


async def clear_review(session: Session, arguments: Arguments) -> Json:
    """`routerd.clearReview`: how many findings went, of one document or of all."""
    uri = from_proto.part(_first(arguments), "uri")
    return {"cleared": session.reviews.clear(uri if isinstance(uri, str) else None)}


async def review_changes(session: Session, arguments: Arguments) -> Json:
    """`routerd.reviewChanges`: the job that reviews the working tree around a document; findings are published."""
    uri = from_proto.part(_first(arguments), "uri")
    job = await change_reviews.start(session, uri if isinstance(uri, str) else None)
    return {"job": job.id}


async def discard(session: Session, arguments: Arguments) -> Json:
    """`routerd.discard`: the outcome's `answer` is forgotten, as its proposal was discarded."""
    answer = from_proto.text_of(_first(arguments), "answer")
    app = await session.working()
    app.replies.drop(answer)
    return {"discarded": answer}


async def stats(session: Session, _: Arguments) -> Json:
    """`routerd.stats`: as `routerd stats --json`, of all time."""
    app = await session.working()
    # In a thread: sums over years of rows take longer than a keystroke.
    return stats_json(await asyncio.to_thread(app.stats))


async def reload(session: Session, _: Arguments) -> Json:
    """`routerd.reload`: read the configuration again; what is wrong with it, in sentences."""
    await session.working()
    problems = session.apps.reload() if session.apps else ()
    session.reloaded(problems)
    return {"problems": list(problems)}


COMMANDS: dict[str, Callable[[Session, Arguments], Awaitable[Json]]] = {
    "routerd.run": run,
    "routerd.cancel": cancel,
    "routerd.clearReview": clear_review,
    "routerd.reviewChanges": review_changes,
    "routerd.discard": discard,
    "routerd.stats": stats,
    "routerd.reload": reload,
}


def _first(arguments: Arguments) -> object:
    return arguments[0] if arguments else None
