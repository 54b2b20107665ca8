"""Starts a job for a command or request, and reports its outcome to the user."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from routerd.actions import named
from routerd.app.jobs import Job
from routerd.app.staged_request import staged_request
from routerd.domain.action import Request
from routerd.domain.document import Document
from routerd.domain.errors import UsageError
from routerd.domain.outcome import Outcome, Status
from routerd.domain.position import Range
from routerd.domain.text import Text
from routerd.frontends.lsp import from_proto
from routerd.frontends.lsp import rescued_text as kept
from routerd.frontends.lsp.apply import LspEditor
from routerd.frontends.lsp.from_proto import RunArguments
from routerd.frontends.lsp.progress import Progress
from routerd.frontends.lsp.tests_offer import offer
from routerd.frontends.shapes import outcome_json
from routerd.system.uris import path_of

if TYPE_CHECKING:
    from pathlib import Path

    from routerd.app.workspace import App
    from routerd.frontends.lsp.session import Session

_MESSAGE = {Status.FAILED: 1, Status.REFUSED: 2, Status.PROPOSED: 2}
"""LSP's MessageType of an outcome that is shown in a message; a job that succeeded or was cancelled shows none."""


@dataclass(frozen=True, slots=True)
class _RunContext:
    session: Session
    app: App
    arguments: RunArguments
    request: Request
    own: bool
    """Asked for by `routerd/run`: the asker gets the outcome and shows it."""


async def start(session: Session, argument: object, own: bool) -> Job:
    """Begin the job that an argument asks for, or find it already running. Raises RouterdError."""
    arguments = from_proto.run_arguments(argument)
    app = await session.working(arguments.uri)
    document = session.documents.get(arguments.uri)
    if document is not None:
        await app.at_hand(document)
    if named(arguments.action).placed:
        request = _request(session, app, arguments)
    else:  # in a thread: git may take its time
        request = await asyncio.to_thread(staged_request, app, arguments.action, arguments.uri, arguments.instruction)
        request = replace(request, tier=arguments.tier, model=arguments.model, above=arguments.above)
    run_context = _RunContext(session, app, arguments, request, own)
    key = _key(app, arguments, request)
    running = session.jobs.same(key)
    if running is not None:
        return running
    return session.jobs.start(arguments.action, arguments.uri, key, lambda job: _work(job, run_context))


def _request(session: Session, app: App, arguments: RunArguments) -> Request:
    """The request for the current document: a range made for an older version moves along."""
    document = session.documents.get(arguments.uri) or app.document(arguments.uri)
    if document is None:
        raise UsageError(f"{arguments.uri} is neither open in the editor nor a readable file: open it first.")

    def read(text: Text) -> Range:
        encoding = session.client.encoding
        return from_proto.span(text, arguments.range, encoding) if arguments.range else text.whole

    if document.version is None:
        return arguments.request(document, read(document.text))
    return arguments.request(document, session.documents.carried(arguments.uri, arguments.version, read))


def _key(app: App, arguments: RunArguments, request: Request) -> Hashable:
    """What makes two requests the same: the action and the symbol, not the column of the cursor."""
    symbol = None
    if request.span.empty:
        symbol = app.grammar.outline(request.document).enclosing(request.cursor)
    position = symbol.qualname if symbol else request.span
    return (
        arguments.action,
        arguments.uri,
        position,
        arguments.instruction,
        arguments.replace,
        arguments.diagnostics,
        arguments.apply,
        arguments.tier,
        arguments.model,
        arguments.above,
        arguments.refines,
    )


async def _work(job: Job, run_context: _RunContext) -> Outcome:
    session, arguments = run_context.session, run_context.arguments
    progress = Progress(session.wire, session.client, f"routerd: {arguments.action}")
    job.token = arguments.token if arguments.token is not None else f"routerd-{job.id}"
    showing = asyncio.ensure_future(progress.show(job.token, created=arguments.token is not None))
    # A client that started it with the plain command, and announces nothing, has no proposals of its own.
    plain = not run_context.own and not session.client.takes_outcomes
    editor = LspEditor(session, run_context.app, run_context.request.document, arguments.apply, previews=plain)
    try:
        outcome = _whole(await run_context.app.run(run_context.request, editor, progress), run_context)
    except BaseException:
        progress.end("ended")
        raise
    finally:
        showing.cancel()
    progress.end(outcome.message)
    if outcome.untested is not None:
        question = offer(session, run_context.app, arguments.uri, outcome.untested)
        session.later(asyncio.ensure_future(question))
    if not run_context.own:
        # In a task of its own: to show a document may take as long as the user likes.
        session.later(asyncio.ensure_future(_tell(job.id, outcome, run_context)))
    return outcome


def _whole(outcome: Outcome, run_context: _RunContext) -> Outcome:
    """The outcome, with a diff of what was to be applied and could not be."""
    change = outcome.change
    if not (change and change.files and outcome.status is Status.PROPOSED and run_context.arguments.apply):
        return outcome
    return replace(outcome, change=replace(change, document=change.document or kept.as_diff(change)))


async def _tell(job: str, outcome: Outcome, run_context: _RunContext) -> None:
    """Tell a client that does not wait for an answer: the whole outcome, or in words."""
    session = run_context.session
    if session.client.takes_outcomes:
        shape = outcome_json(outcome, session.client.encoding)
        session.wire.send("routerd/outcome", {"job": job, "outcome": shape})
        return
    message, kind = outcome.message, _MESSAGE.get(outcome.status)
    if outcome.status is Status.APPLIED and (made := _made(outcome)):
        message, kind = f"Look at {made.name}, and save it. {message}", 3  # some screens end behind the first words
        await kept.show(made, session.wire, session.client)
    text = outcome.change.document if outcome.change else None
    if text and run_context.arguments.apply:
        extension = "md" if outcome.status is Status.APPLIED else "diff"
        name = f"{outcome.action}-{_stem(run_context.request.document)}.{extension}"
        if where := await _kept(text, name, session):
            message, kind = f"{message} {where}", kind or 3
    if kind is not None:
        session.wire.send("window/showMessage", {"type": kind, "message": f"routerd: {message}"})


def _made(outcome: Outcome) -> Path | None:
    """The new file of a change: some editors hold it unsaved where nobody sees it, and an empty one on the disk."""
    files = outcome.change.files if outcome.change else ()
    return next((path for file in files if file.create and (path := path_of(file.uri)) is not None), None)


async def _kept(text: str, name: str, session: Session) -> str | None:
    """Keep a text and show it: where it is if the client does not show it, or why it could not be kept."""
    try:
        path = kept.keep(text, name)
    except OSError as fault:
        return f"Its text could not be kept ({fault.strerror or fault})."
    return None if await kept.show(path, session.wire, session.client) else f"The text is in {path}."


def _stem(document: Document) -> str:
    return document.uri.rpartition("/")[2].partition(".")[0] or "untitled"
