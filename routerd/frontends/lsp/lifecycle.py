"""`initialize`, `initialized`, workspace folders, settings and `shutdown`: how a session begins and ends."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from lsprotocol import types

from routerd.frontends.lsp import from_proto, keys, parent

if TYPE_CHECKING:
    from routerd.frontends.lsp.session import Session


def initialize(session: Session, params: types.InitializeParams) -> None:
    """Take in what the client can; everything slow waits until it has its answer."""
    client = from_proto.client(params)
    # Looked at before the client has its answer: one that dies right then must not be taken for one out of sight.
    session.began(client if parent.visible(client.process_id) else replace(client, process_id=None))


def initialized(session: Session, _: types.InitializedParams) -> None:
    """Open the app, read the vocabulary and index the workspace in the background."""
    session.later(asyncio.ensure_future(session.ready()))


async def folders_changed(session: Session, params: types.DidChangeWorkspaceFoldersParams) -> None:
    """Open an app for each further folder, and close those of the folders that left."""
    await session.ready()
    await session.change_folders(from_proto.added_folders(params), from_proto.removed_folders(params))


async def settings_changed(session: Session, _: types.DidChangeConfigurationParams) -> None:
    """Ask for the settings anew: what clients send along with this differs too much to be used."""
    await session.ready()
    await session.take_settings()
    session.tell_status()  # a budget may be another one
    session.refresh_lenses()


async def key_changed(session: Session, params: object) -> None:
    """Ask for a key that the user has set or taken back in the editor."""
    provider = from_proto.text_of(params, "provider")
    if await session.ready() is not None:
        session.hand_keys(await keys.asked(session.wire, [provider]))


async def shutdown(session: Session, _: None = None) -> None:
    """Cancel what runs and wait until it is booked; then the client is answered."""
    await session.close()
