"""Converts values of the domain to the JSON of LSP; the shapes that all frontends share are in `shapes.py`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lsprotocol import types

from routerd.domain.document import Document
from routerd.domain.finding import Finding
from routerd.domain.model import OFFLINE
from routerd.domain.money import spent_words
from routerd.domain.reply import Change, FileChange
from routerd.domain.symbol import Symbol
from routerd.frontends.lsp.client import EditorClient
from routerd.frontends.lsp.hover_table import hover_markdown
from routerd.frontends.shapes import (
    Json,
    diagnostic_json,
    edit_json,
    estimate_json,
    offer_title,
    range_json,
)

if TYPE_CHECKING:
    from routerd.domain.priced_action import HoverInfo, PricedAction
    from routerd.domain.stats import BudgetStatus

RUN = "routerd.run"
ASK = "routerd.ask"
"""The client's own command, which asks for words and then runs the action."""


def hover(hover_info: HoverInfo, document: Document, budget_status: BudgetStatus, client: EditorClient) -> Json:
    """The price table of a symbol."""
    table = hover_markdown(
        tuple(priced_action.forecast for priced_action in hover_info.priced_actions),
        spent_words(budget_status.spent_today, budget_status.unpriced_today),
        budget_status.budget_daily,
    )
    return {
        "contents": {"kind": "markdown" if client.markdown else "plaintext", "value": table},
        "range": range_json(hover_info.symbol.name_span, document.text, client.encoding),
    }


def code_action(priced_action: PricedAction, client: EditorClient) -> Json:
    """A menu entry, or the bare command for a client that knows no other."""
    worded = priced_action.spec.instructed
    title = offer_title(f"{priced_action.title}…" if worded else priced_action.title, priced_action.forecast)
    command = {
        "title": title,
        "command": ASK if worded else RUN,
        "arguments": [run_argument(priced_action, client)],
    }
    if not client.action_literals:
        return command
    shape: Json = {"title": title, "kind": priced_action.spec.kind, "command": command}
    asks = priced_action.forecast.estimate.model != OFFLINE
    return shape | {"tags": [types.CodeActionTag.LlmGenerated.value]} if client.action_tags and asks else shape


def run_argument(priced_action: PricedAction, client: EditorClient) -> Json:
    """The argument of `routerd.run` that asks for just this."""
    request = priced_action.request
    argument: Json = {
        "action": request.action,
        "uri": request.document.uri,
        "range": range_json(request.span, request.document.text, client.encoding),
        "version": request.document.version,
    }
    if request.diagnostics:
        argument["diagnostics"] = list(request.diagnostics)
    return argument | ({"replace": True} if request.replace else {})


def quick_fix(finding: Finding, document: Document, client: EditorClient) -> Json:
    """A finding's own fix as a menu entry."""
    assert finding.fix is not None
    file = FileChange(document.uri, document.text, (finding.fix,), document.version)
    return {
        "title": f"routerd: {finding.message.partition('. ')[0].rstrip('.')}",
        "kind": "quickfix",
        "diagnostics": [diagnostic_json(finding, document.text, client.encoding)],
        "edit": workspace_edit(Change((file,)), client),
    }


def workspace_edit(change: Change, client: EditorClient) -> Json:
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


def estimates(
    symbol: Symbol | None, priced_actions: tuple[PricedAction, ...], document: Document, client: EditorClient
) -> Json:
    """What `routerd/estimate` answers; symbol and range are ``null`` outside of any symbol."""
    return {
        "symbol": symbol.qualname if symbol else None,
        "range": range_json(symbol.whole, document.text, client.encoding) if symbol else None,
        "estimates": [estimate_json(priced_action.forecast) for priced_action in priced_actions],
    }


def lens(symbol: Symbol, document: Document, client: EditorClient) -> Json:
    """A lens above a symbol, without its title."""
    return {"range": range_json(symbol.name_span, document.text, client.encoding), "data": {"uri": document.uri}}


def live_lens(lens: types.CodeLens, priced_action: PricedAction, client: EditorClient) -> Json:
    """A lens with the title and command of an offer."""
    title = offer_title(priced_action.title, priced_action.forecast)
    command = {"title": title, "command": RUN, "arguments": [run_argument(priced_action, client)]}
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
