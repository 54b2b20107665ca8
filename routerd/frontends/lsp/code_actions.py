"""The code action menu: every action that makes sense at the place, with its price; no model call, no disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from routerd.actions import catalog
from routerd.app.menu import offered_in
from routerd.app.queries import queried
from routerd.frontends.lsp import from_proto, to_proto
from routerd.frontends.lsp.deferred import QUICK_FIX
from routerd.frontends.shapes import Json

if TYPE_CHECKING:
    from routerd.frontends.lsp.session import Session


async def code_actions(session: Session, params: types.CodeActionParams) -> list[Json]:
    """Fixes of review findings first, then the actions in their order."""
    app = await session.ready_for(params.text_document.uri)
    document = session.documents.get(params.text_document.uri)
    if app is None or document is None:
        return []
    await app.at_hand(document)
    client = session.client
    span = from_proto.span(document.text, params.range, client.encoding)
    wanted = from_proto.wanted_kinds(params)
    entries: list[Json] = []
    if _is_wanted(QUICK_FIX, wanted) and client.action_literals:
        findings = session.reviews.fixable(document.uri, span)
        entries += [to_proto.quick_fix(finding, document, client) for finding in findings]
    offers = app.settings.offers
    offered = offers.menu and offered_in(document, app.workspace.project(document.uri), offers)
    if offered and any(_is_wanted(spec.kind, wanted) for spec in catalog().values() if spec.in_menu):
        wrong = from_proto.fixable_diagnostics(params)
        priced_actions = await queried(app, document, lambda: app.priced_actions(document, span, wrong))
        entries += [
            to_proto.code_action(priced_action, client)
            for priced_action in priced_actions
            if _is_wanted(priced_action.spec.kind, wanted)
        ]
    return entries


def _is_wanted(kind: str, wanted: tuple[str, ...]) -> bool:
    """Kinds are dotted paths: who wants ``refactor`` wants all below it, and ``""`` is the root of all."""
    return not wanted or any(kind == each or not each or kind.startswith(f"{each}.") for each in wanted)
