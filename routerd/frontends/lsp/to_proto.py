"""The door out: values of the domain as the JSON that a client is sent, beside the shapes all frontends share."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lsprotocol import types

from routerd.domain.document import Document
from routerd.domain.finding import Finding
from routerd.domain.reply import Change, FileChange
from routerd.domain.symbol import Symbol
from routerd.frontends.lsp.client import Client
from routerd.frontends.shapes import (
    Json,
    diagnostic_json,
    edit_json,
    estimate_json,
    hover_markdown,
    offer_title,
    range_json,
)

if TYPE_CHECKING:
    from routerd.domain.offer import Card, Offer
    from routerd.domain.stats import Standing

RUN = "routerd.run"


def hover(card: Card, document: Document, standing: Standing, client: Client) -> Json:
    """The price table of a symbol."""
    table = hover_markdown(tuple(offer.forecast for offer in card.offers), standing.spent_today, standing.budget_daily)
    return {
        "contents": {"kind": "markdown" if client.markdown else "plaintext", "value": table},
        "range": range_json(card.symbol.name_span, document.text, client.encoding),
    }


def code_action(offer: Offer, client: Client) -> Json:
    """A menu entry, or the bare command for a client that knows no other."""
    title = offer_title(offer.title, offer.forecast)
    command = {"title": title, "command": RUN, "arguments": [run_argument(offer, client)]}
    return {"title": title, "kind": offer.spec.kind, "command": command} if client.action_literals else command


def run_argument(offer: Offer, client: Client) -> Json:
    """The argument of `routerd.run` that asks for just this."""
    request = offer.request
    argument: Json = {
        "action": request.action,
        "uri": request.document.uri,
        "range": range_json(request.span, request.document.text, client.encoding),
        "version": request.document.version,
    }
    return argument | ({"replace": True} if request.replace else {})


def quick_fix(finding: Finding, document: Document, client: Client) -> Json:
    """A finding's own fix as a menu entry."""
    assert finding.fix is not None
    file = FileChange(document.uri, document.text, (finding.fix,), document.version)
    return {
        "title": f"routerd: {finding.message.partition('. ')[0].rstrip('.')}",
        "kind": "quickfix",
        "diagnostics": [diagnostic_json(finding, document.text, client.encoding)],
        "edit": workspace_edit(Change((file,)), client),
    }


def workspace_edit(change: Change, client: Client) -> Json:
    """The edits of a change, versioned where the client can; an open file goes first.

    Neovim looks at the version of the first entry only, and at 1 where it ought to look at 0: its check is
    that the buffer's own is not greater, so that 1 lets an untouched buffer pass and no other.
    """
    files = sorted(change.files, key=lambda file: file.version is None)
    if not client.checks_version_zero:
        files = [replace(file, version=1) if file.version == 0 else file for file in files]
    shape = edit_json(Change(tuple(files)), client.encoding)
    if client.document_changes:
        return shape
    return {"changes": {part["textDocument"]["uri"]: part["edits"] for part in shape["documentChanges"]}}


def estimates(symbol: Symbol | None, offers: tuple[Offer, ...], document: Document, client: Client) -> Json:
    """What `routerd/estimate` answers; symbol and range are ``null`` outside of any symbol."""
    return {
        "symbol": symbol.qualname if symbol else None,
        "range": range_json(symbol.whole, document.text, client.encoding) if symbol else None,
        "estimates": [estimate_json(offer.forecast) for offer in offers],
    }


def lens(symbol: Symbol, document: Document, client: Client) -> Json:
    """A lens above a symbol, without its title."""
    return {"range": range_json(symbol.name_span, document.text, client.encoding), "data": {"uri": document.uri}}


def live_lens(lens: types.CodeLens, offer: Offer, client: Client) -> Json:
    """A lens with the title and command of an offer."""
    title = offer_title(offer.title, offer.forecast)
    command = {"title": title, "command": RUN, "arguments": [run_argument(offer, client)]}
    return {"range": _range(lens.range), "command": command}


def dead_lens(lens: types.CodeLens) -> Json:
    """A lens that offers nothing any more."""
    return {"range": _range(lens.range), "command": {"title": "", "command": ""}}


def _range(range_: types.Range) -> Json:
    start, end = range_.start, range_.end
    return {
        "start": {"line": start.line, "character": start.character},
        "end": {"line": end.line, "character": end.character},
    }
