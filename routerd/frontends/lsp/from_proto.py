"""Converts what a client sends to values of the domain; no other file reads a wire type's fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types

from routerd.actions import named
from routerd.domain.action import Request
from routerd.domain.document import Document
from routerd.domain.errors import UsageError
from routerd.domain.model import ModelRef
from routerd.domain.position import Position, Range
from routerd.domain.text import Text
from routerd.domain.tier import Tier
from routerd.domain.unicode import Encoding
from routerd.frontends.lsp.client import EditorClient

if TYPE_CHECKING:
    from routerd.frontends.shapes import Json

_NOWHERE = types.ClientCapabilities()


def client(params: types.InitializeParams) -> EditorClient:
    """What a client announces; its first known encoding is taken, UTF-16 if it names none."""
    can = params.capabilities or _NOWHERE
    workspace = can.workspace or types.WorkspaceClientCapabilities()
    text = can.text_document or types.TextDocumentClientCapabilities()
    window = can.window or types.WindowClientCapabilities()
    edit = workspace.workspace_edit or types.WorkspaceEditClientCapabilities()
    operations = tuple(str(operation.value) for operation in edit.resource_operations or ())
    hover = text.hover.content_format if text.hover else None
    own = _object(_object(can.experimental).get("routerd"))
    return EditorClient(
        encoding=_encoding(can),
        folders=_folders(params),
        process_id=params.process_id,
        name=(params.client_info.name if params.client_info else None) or None,
        # Resource operations live in documentChanges only: a client that takes them takes these as well.
        document_changes=bool(edit.document_changes or operations),
        creates_files="create" in operations,
        progress=bool(window.work_done_progress),
        shows_documents=bool(window.show_document and window.show_document.support),
        configuration=bool(workspace.configuration),
        action_literals=bool(text.code_action and text.code_action.code_action_literal_support),
        action_tags=_knows_tags(text.code_action),
        markdown=types.MarkupKind.Markdown in (hover or (types.MarkupKind.Markdown,)),
        refreshes_lenses=bool(workspace.code_lens and workspace.code_lens.refresh_support),
        checks_version_zero=not (params.client_info and params.client_info.name == "Neovim"),
        takes_outcomes=bool(own.get("outcome")),
        trusted=not own.get("untrusted"),
        keeps_keys=bool(own.get("keys")),
        tells_origins=bool(own.get("origins")),
    )


def _encoding(can: types.ClientCapabilities) -> Encoding:
    offered = (can.general.position_encodings if can.general else None) or ()
    known = {str(encoding): encoding for encoding in Encoding}
    names = (str(getattr(name, "value", name)) for name in offered)
    return next((known[name] for name in names if name in known), Encoding.UTF16)


def _folders(params: types.InitializeParams) -> tuple[str, ...]:
    folders = tuple(folder.uri for folder in params.workspace_folders or ())
    return folders or ((params.root_uri,) if params.root_uri else ())


def added_folders(params: types.DidChangeWorkspaceFoldersParams) -> tuple[str, ...]:
    """URIs of the folders that the client added to its workspace."""
    return tuple(folder.uri for folder in params.event.added)


def removed_folders(params: types.DidChangeWorkspaceFoldersParams) -> tuple[str, ...]:
    """URIs of the folders that the client took out of its workspace."""
    return tuple(folder.uri for folder in params.event.removed)


def _knows_tags(code_action: types.CodeActionClientCapabilities | None) -> bool:
    support = code_action.tag_support if code_action else None
    return support is not None and types.CodeActionTag.LlmGenerated in support.value_set


def wanted_kinds(params: types.CodeActionParams) -> tuple[str, ...]:
    """The kinds that a menu is limited to; empty for no limit."""
    return tuple(str(getattr(kind, "value", kind)) for kind in params.context.only or ())


def document(item: types.TextDocumentItem) -> Document:
    """A document that was opened."""
    return Document(item.uri, item.version, item.language_id.lower(), Text(item.text))


def edited(text: Text, changes: types.DidChangeTextDocumentParams, encoding: Encoding) -> Text:
    """A text after the changes of one message, each given against the text that the one before it left."""
    for change in changes.content_changes:
        if isinstance(change, types.TextDocumentContentChangePartial):
            text = text.replaced(span(text, change.range, encoding), change.text)
        else:
            text = Text(change.text)
    return text


def position(text: Text, lsp_position: types.Position, encoding: Encoding) -> Position:
    """A position in a text, clamped to it."""
    return text.position(lsp_position.line, lsp_position.character, encoding)


def span(text: Text, range_: types.Range, encoding: Encoding) -> Range:
    """A range in a text, clamped to it."""
    start, end = position(text, range_.start, encoding), position(text, range_.end, encoding)
    return Range(min(start, end), max(start, end))


@dataclass(frozen=True, slots=True)
class RunArguments:
    """The argument of `routerd.run` and `routerd/run`, checked but not yet held against a document."""

    action: str
    uri: str
    range: types.Range | None
    """``None``: the whole file."""
    version: int | None
    tier: Tier | None
    model: ModelRef | None
    above: Tier | None
    """Ask a stronger tier than this one."""
    instruction: str
    replace: bool
    diagnostics: tuple[str, ...]
    apply: bool
    token: str | int | None
    refines: str

    def request(self, document: Document, span: Range) -> Request:
        """The request for a range of a document."""
        return Request(
            self.action,
            document,
            span,
            tier=self.tier,
            model=self.model,
            above=self.above,
            instruction=self.instruction,
            whole_file=self.range is None,
            replace=self.replace,
            diagnostics=self.diagnostics,
            refines=self.refines,
        )


def run_arguments(argument: object) -> RunArguments:
    """The run that an argument asks for. Raises UsageError with a sentence where it does not."""
    given = _object(argument)
    action, uri = given.get("action"), given.get("uri")
    if not isinstance(action, str) or not isinstance(uri, str):
        raise UsageError('A run needs at least {"action": …, "uri": …}.')
    named(action)
    version, token = given.get("version"), given.get("workDoneToken")
    instruction, refines = given.get("instruction"), given.get("refines")
    return RunArguments(
        action,
        uri,
        _range(given.get("range")),
        version if isinstance(version, int) else None,
        _tier(given.get("tier")),
        _model(given.get("model")),
        _tier(given.get("above")),
        instruction if isinstance(instruction, str) else "",
        replace=given.get("replace") is True,
        diagnostics=_diagnostics(given.get("diagnostics")),
        apply=given.get("apply") is not False,
        token=token if isinstance(token, str | int) else None,
        refines=refines if isinstance(refines, str) else "",
    )


_MOST_DIAGNOSTICS = 20
_LONGEST_DIAGNOSTIC = 1_000
"""Characters: what a type checker says of one fault is seldom longer, and the rest repeats it."""


def _diagnostics(shape: object) -> tuple[str, ...]:
    """Each as one line of text, from LSP's Diagnostics or from texts as a menu's entry has them. Raises UsageError."""
    if shape is None:
        return ()
    if not isinstance(shape, Sequence) or isinstance(shape, str):
        raise UsageError('"diagnostics" is a list of diagnostics or of texts.')
    texts = (one if isinstance(one, str) else _diagnostic(_object(one)) for one in shape)
    given = dict.fromkeys(" ".join(text.split())[:_LONGEST_DIAGNOSTIC] for text in texts)
    return tuple(text for text in given if text)[:_MOST_DIAGNOSTICS]


def _diagnostic(given: Json) -> str:
    message, start = given.get("message"), _object(_object(given.get("range")).get("start"))
    if not isinstance(message, str):
        raise UsageError('A diagnostic is {"range": …, "message": …}.')
    line, origin = start.get("line"), (given.get("source"), given.get("code"))
    words = " ".join(str(part) for part in origin if isinstance(part, str | int))
    return f"{f'line {line + 1}: ' if isinstance(line, int) else ''}{message}{f' ({words})' if words else ''}"


def fixable_diagnostics(params: types.CodeActionParams) -> tuple[str, ...]:
    """The diagnostics at a menu's place, as texts; without findings that bring a fix of their own."""
    own = [one for one in params.context.diagnostics if one.source != "routerd" or not _object(one.data).get("fix")]
    return _diagnostics(
        [
            {
                "message": one.message,
                "source": one.source,
                "code": one.code,
                "range": {"start": {"line": one.range.start.line}},
            }
            for one in own
        ]
    )


_FURTHEST = 2**31 - 1
"""The largest number that LSP has; clients write what is larger for "the end"."""


def estimate_range(params: object) -> types.Range | None:
    """The selection that an estimate is about; ``None`` for the cursor. Raises UsageError."""
    return _range(_object(params).get("range"))


def _range(shape: object) -> types.Range | None:
    if shape is None:
        return None
    ends = _object(shape)
    return types.Range(lsp_position(ends.get("start")), lsp_position(ends.get("end")))


def lsp_position(shape: object) -> types.Position:
    """A position in one of routerd's own requests. Raises UsageError."""
    given = _object(shape)
    line, character = given.get("line"), given.get("character")
    if not isinstance(line, int) or not isinstance(character, int) or min(line, character) < 0:
        raise UsageError('A position is {"line": …, "character": …}, both from zero.')
    return types.Position(min(line, _FURTHEST), min(character, _FURTHEST))


def _tier(written: object) -> Tier | None:
    return None if written is None else Tier.named(written)


def _model(written: object) -> ModelRef | None:
    if written is None:
        return None
    try:
        return ModelRef.parse(str(written))
    except ValueError as fault:
        raise UsageError(f"{fault}.") from None


def text_of(params: object, *path: str) -> str:
    """A string somewhere in the parameters of one of routerd's own requests. Raises UsageError."""
    value: object = params
    for name in path:
        value = _object(value).get(name)
    if not isinstance(value, str):
        raise UsageError(f"The parameter {'.'.join(path)} is missing.")
    return value


def part(params: object, name: str) -> object:
    """A parameter by its name, ``None`` where it is missing."""
    return _object(params).get(name)


def _object(value: object) -> Json:
    return dict(value) if isinstance(value, Mapping) else {}
