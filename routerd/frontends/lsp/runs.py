"""How a wish becomes a job, whichever door it came through, and what its end means for the user."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from routerd.domain.action import Request
from routerd.domain.document import Document
from routerd.domain.errors import UsageError
from routerd.domain.outcome import Outcome, Status
from routerd.domain.place import Span
from routerd.domain.text import Text
from routerd.frontends.lsp import from_proto, kept
from routerd.frontends.lsp.apply import LspEditor
from routerd.frontends.lsp.from_proto import Wish
from routerd.frontends.lsp.jobs import Job
from routerd.frontends.lsp.progress import Progress
from routerd.frontends.shapes import outcome_json

if TYPE_CHECKING:
    from routerd.app import App
    from routerd.frontends.lsp.session import Session

_MESSAGE = {Status.FAILED: 1, Status.REFUSED: 2, Status.PROPOSED: 2}
"""LSP's MessageType of what the user must be told; a job that went well or was cancelled shows by itself."""


@dataclass(frozen=True, slots=True)
class _Errand:
    session: Session
    app: App
    wish: Wish
    request: Request
    own: bool
    """Asked for by `routerd/run`: the asker gets the outcome and shows it."""


async def start(session: Session, argument: object, own: bool) -> Job:
    """Begin the job that an argument asks for, or find it already running. Raises RouterdError."""
    wish = from_proto.wish(argument)
    app = await session.working()
    document = session.documents.get(wish.uri)
    if document is not None:
        await app.at_hand(document)
    errand = _Errand(session, app, wish, _request(session, app, wish), own)
    key = _key(app, wish, errand.request)
    running = session.jobs.same(key)
    if running is not None:
        return running
    return session.jobs.start(wish.action, wish.uri, key, lambda job: _work(job, errand))


def _request(session: Session, app: App, wish: Wish) -> Request:
    """The wish for the document as it is now: a range made for an older version moves along."""
    document = session.documents.get(wish.uri) or app.document(wish.uri)
    if document is None:
        raise UsageError(f"{wish.uri} is neither open in the editor nor a readable file: open it first.")

    def read(text: Text) -> Span:
        encoding = session.client.encoding
        return from_proto.span(text, wish.range, encoding) if wish.range else text.whole

    if document.version is None:
        return wish.request(document, read(document.text))
    return wish.request(document, session.documents.carried(wish.uri, wish.version, read))


def _key(app: App, wish: Wish, request: Request) -> Hashable:
    """What makes two wishes the same: the action and the symbol, not the column of the cursor."""
    symbol = None
    if request.span.empty:
        symbol = app.grammar.outline(request.document).enclosing(request.cursor)
    place = symbol.qualname if symbol else request.span
    return (wish.action, wish.uri, place, wish.instruction, wish.replace, wish.apply, wish.tier, wish.model, wish.above)


async def _work(job: Job, errand: _Errand) -> Outcome:
    session, wish = errand.session, errand.wish
    progress = Progress(session.wire, session.client, f"routerd: {wish.action}")
    job.token = wish.token if wish.token is not None else f"routerd-{job.id}"
    showing = asyncio.ensure_future(progress.show(job.token, created=wish.token is not None))
    editor = LspEditor(session, errand.app, errand.request.document, wish.apply)
    try:
        outcome = _whole(await errand.app.run(errand.request, editor, progress), errand)
    except BaseException:
        progress.end("ended")
        raise
    finally:
        showing.cancel()
    progress.end(outcome.message)
    if not errand.own:
        # In a task of its own: to show a document may take as long as the user likes.
        session.later(asyncio.ensure_future(_tell(job.id, outcome, errand)))
    return outcome


def _whole(outcome: Outcome, errand: _Errand) -> Outcome:
    """The outcome, with a diff of what was to be applied and could not be."""
    change = outcome.change
    if not (change and change.files and outcome.status is Status.PROPOSED and errand.wish.apply):
        return outcome
    return replace(outcome, change=replace(change, document=change.document or kept.as_diff(change)))


async def _tell(job: str, outcome: Outcome, errand: _Errand) -> None:
    """Tell a client that does not wait for an answer: the whole outcome, or in words."""
    session = errand.session
    if session.client.takes_outcomes:
        shape = outcome_json(outcome, session.client.encoding)
        session.wire.tell("routerd/outcome", {"job": job, "outcome": shape})
        return
    message, kind = outcome.message, _MESSAGE.get(outcome.status)
    text = outcome.change.document if outcome.change else None
    if text and errand.wish.apply:
        extension = "md" if outcome.status is Status.APPLIED else "diff"
        name = f"{outcome.action}-{_stem(errand.request.document)}.{extension}"
        if told := await _kept(text, name, session):
            message, kind = f"{message} {told}", kind or 3
    if kind is not None:
        session.wire.tell("window/showMessage", {"type": kind, "message": f"routerd: {message}"})


async def _kept(text: str, name: str, session: Session) -> str | None:
    """Keep a text and show it: where it is if the client does not show it, or why it could not be kept."""
    try:
        path = kept.keep(text, name)
    except OSError as fault:
        return f"Its text could not be kept ({fault.strerror or fault})."
    return None if await kept.show(path, session.wire, session.client) else f"The text is in {path}."


def _stem(document: Document) -> str:
    return document.uri.rpartition("/")[2].partition(".")[0] or "untitled"
