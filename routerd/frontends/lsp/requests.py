"""Requests of routerd's own: a run that answers with its outcome, estimates, and routing of an instruction."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from routerd.app.queries import queried, ready_to_route
from routerd.domain.action import Request
from routerd.domain.errors import UsageError
from routerd.domain.position import Range
from routerd.domain.verdict import Refusal
from routerd.frontends.lsp import from_proto, runs, to_proto
from routerd.frontends.shapes import Json, outcome_json, route_json
from routerd.steps.gather.mentions import offered

if TYPE_CHECKING:
    from routerd.frontends.lsp.session import Session


async def run(session: Session, params: object) -> Json:
    """`routerd/run`: the outcome. Cancelling the request cancels the job, whose outcome is still the answer."""
    job = await runs.start(session, params, own=True)
    try:
        outcome = await asyncio.shield(job.outcome)
    except asyncio.CancelledError:
        # Answered all the same: the client learns what was spent, which an error could not say.
        job.cancel()
        outcome = await job.outcome
    return outcome_json(outcome, session.client.encoding)


async def estimate(session: Session, params: object) -> Json:
    """`routerd/estimate`: what each action would cost, "ask" by its ``instruction``; sends nothing.

    At a position, or for a selection (``range``); with ``refines`` and ``action`` what it costs to refine that answer.
    """
    uri = from_proto.text_of(params, "textDocument", "uri")
    lsp_position = from_proto.lsp_position(from_proto.part(params, "position"))
    app = await session.working(uri)
    document = session.documents.get(uri) or app.document(uri)
    if document is None:
        raise UsageError(f"{uri} is neither open in the editor nor a readable file: open it first.")
    await app.at_hand(document)
    position = from_proto.position(document.text, lsp_position, session.client.encoding)
    outline = await queried(app, document, lambda: app.grammar.outline(document))
    symbol = outline.enclosing(position)
    at = symbol.name_span.start if symbol else position
    given, selected = from_proto.part(params, "instruction"), from_proto.estimate_range(params)
    words = given if isinstance(given, str) else ""
    span = from_proto.span(document.text, selected, session.client.encoding) if selected else Range(at, at)
    if words:
        await ready_to_route(app)
    if from_proto.part(params, "refines") is not None:
        action, answer = from_proto.text_of(params, "action"), from_proto.text_of(params, "refines")
        refined = Request(action, document, span, instruction=words, refines=answer)
        priced_actions = await queried(app, document, lambda: app.priced((refined,)))
    else:
        priced_actions = await queried(app, document, lambda: app.prices(document, span, words))
    return to_proto.estimates(symbol, priced_actions, document, session.client)


async def mentions(session: Session, params: object) -> Json:
    """`routerd/mentions`: the files and symbols that words may mention by a name that begins with ``text``."""
    uri, begun = from_proto.text_of(params, "textDocument", "uri"), from_proto.text_of(params, "text")
    app = await session.working(uri)
    found = await asyncio.to_thread(offered, begun.removeprefix("@"), app.workspace.project(uri))
    return {
        "mentions": [
            {"name": one.name, "kind": "symbol" if one.qualname else "file", "path": one.path} for one in found
        ]
    }


async def route(session: Session, params: object) -> Json:
    """`routerd/route`: where an instruction would be sent, and why."""
    words = from_proto.text_of(params, "text")
    app = await session.working()
    # In a thread: the first use loads arrays, and the user's own embedding may be on another machine.
    found = await asyncio.to_thread(app.classify, words)
    if isinstance(found, Refusal):
        raise UsageError(found.message)
    return route_json(found)


async def providers(session: Session, _: object) -> Json:
    """`routerd/providers`: the providers that take a key, for whoever asks the user for one."""
    app = await session.working()
    return {"providers": [{"name": one.name} for one in app.settings.providers.values() if one.key]}
