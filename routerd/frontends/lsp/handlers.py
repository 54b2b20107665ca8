"""The requests and commands that need the pipeline, by name; it is imported once the client has its first answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from lsprotocol import types

from routerd.frontends.lsp import code_actions, hover, lens, requests
from routerd.frontends.lsp.commands import COMMANDS

HANDLERS: dict[str, Callable[..., Awaitable[Any]]] = {
    types.TEXT_DOCUMENT_HOVER: hover.hover,
    types.TEXT_DOCUMENT_CODE_ACTION: code_actions.code_actions,
    types.TEXT_DOCUMENT_CODE_LENS: lens.lenses,
    types.CODE_LENS_RESOLVE: lens.resolve,
    "routerd/run": requests.run,
    "routerd/estimate": requests.estimate,
    "routerd/mentions": requests.mentions,
    "routerd/route": requests.route,
    "routerd/providers": requests.providers,
    **COMMANDS,
}
