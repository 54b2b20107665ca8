"""Hover on a declared name: what each action would cost there; `null` everywhere else, and no model call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from routerd.app.menu import offered_in
from routerd.app.queries import queried
from routerd.frontends.lsp import from_proto, to_proto
from routerd.frontends.shapes import Json

if TYPE_CHECKING:
    from routerd.frontends.lsp.session import Session


async def hover(session: Session, params: types.HoverParams) -> Json | None:
    """The price table. An empty answer would hide another server's hover, so it is ``None``."""
    app = await session.ready_for(params.text_document.uri)
    document = session.documents.get(params.text_document.uri)
    if app is None or document is None or not app.settings.offers.hover:
        return None
    if not offered_in(document, app.workspace.project(document.uri), app.settings.offers):
        return None
    position = from_proto.position(document.text, params.position, session.client.encoding)
    await app.at_hand(document)
    hover_info = await queried(app, document, lambda: app.hover_info(document, position))
    if hover_info is None or not hover_info.priced_actions:
        return None
    return to_proto.hover(hover_info, document, app.budget_status(), session.client)
