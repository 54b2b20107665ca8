"""Opening, changing and closing documents: the client's text, followed change by change."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types

from routerd.frontends.lsp import from_proto

if TYPE_CHECKING:
    from routerd.frontends.lsp.session import Session


def opened(session: Session, params: types.DidOpenTextDocumentParams) -> None:
    """A document was opened: index the project around it, if that was not done."""
    document = from_proto.document(params.text_document)
    session.documents.open(document)
    session.hold(document)
    if session.apps is not None:
        session.later(asyncio.ensure_future(session.apps.of(document.uri).study(document.uri)))


def changed(session: Session, params: types.DidChangeTextDocumentParams) -> None:
    """A document was edited; changes of one that was never opened are ignored, as they have no base."""
    uri, version = params.text_document.uri, params.text_document.version
    held = session.documents.get(uri)
    if held is None:
        return
    text = from_proto.edited(held.text, params, session.client.encoding)
    now = session.documents.change(uri, version, text)
    assert now is not None
    session.hold(now)
    session.reviews.changed(held, now)
    session.pauses.typed(uri)


def closed(session: Session, params: types.DidCloseTextDocumentParams) -> None:
    """A document was closed: its jobs and its review end with it."""
    uri = params.text_document.uri
    if not session.documents.close(uri):
        return
    session.jobs.cancel_document(uri)
    session.reviews.clear(uri)
    session.pauses.end(uri)
    session.drop(uri)
