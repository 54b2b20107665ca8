"""Code lenses above symbols, off by default; the price is worked out when a lens comes into view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from routerd.app.menu import offered_in
from routerd.app.queries import queried
from routerd.domain.position import Range
from routerd.frontends.lsp import from_proto, to_proto
from routerd.frontends.shapes import Json

if TYPE_CHECKING:
    from routerd.frontends.lsp.session import Session


async def lenses(session: Session, params: types.CodeLensParams) -> list[Json]:
    """One lens above each function, method or class that has no documentation."""
    app = await session.ready_for(params.text_document.uri)
    document = session.documents.get(params.text_document.uri)
    if app is None or document is None or not app.settings.code_lens:
        return []
    if not offered_in(document, app.workspace.project(document.uri), app.settings.offers):
        return []
    await app.at_hand(document)
    outline = await queried(app, document, lambda: app.grammar.outline(document))
    return [to_proto.lens(symbol, document, session.client) for symbol in outline.symbols if symbol.doc is None]


async def resolve(session: Session, lens: types.CodeLens) -> Json:
    """The lens with its title and command; a lens whose document changed since has none."""
    uri = from_proto.text_of(lens.data, "uri")
    app = await session.ready_for(uri)
    document = session.documents.get(uri)
    if app is None or document is None:
        return to_proto.dead_lens(lens)
    await app.at_hand(document)
    position = from_proto.position(document.text, lens.range.start, session.client.encoding)
    here = Range(position, position)
    priced_actions = await queried(app, document, lambda: app.priced_actions(document, here))
    return to_proto.live_lens(lens, priced_actions[0], session.client) if priced_actions else to_proto.dead_lens(lens)
