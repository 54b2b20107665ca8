"""The daemon under the recorded capabilities of real editors, which between them speak all three encodings."""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pytest_lsp import LanguageClient, client_capabilities, make_test_lsp_client

from routerd.domain.unicode import Encoding
from tests.domain.test_text import Naive
from tests.e2e.conftest import with_upstream
from tests.loopback import Upstream

CLIENTS = [
    ("neovim@v0.11.0", Encoding.UTF8),
    ("visual-studio-code@v1.65.2", Encoding.UTF16),
    ("emacs@v29.1", Encoding.UTF32),
]
HEAD = '  @tag("😀é") '
CODE = f'class Sea {{\r\n{HEAD}parseWave(line: string) {{\r\n    return "👋";\r\n  }}\r\n}}\r\n// end \u2028 😀'


REPLY = '<doc name="Sea.parseWave">\nParses the wave.\n</doc>'


class _Applies:
    """The editor's side of one document."""

    def __init__(self, client: LanguageClient, uri: str, text: str, encoding: Encoding) -> None:
        self.client, self.uri, self.naive, self.version = client, uri, Naive(text, encoding), 1
        client.feature(types.WORKSPACE_APPLY_EDIT)(partial(self._apply))
        item = types.TextDocumentItem(uri=uri, language_id="typescript", version=1, text=text)
        client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def _apply(self, params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        [part] = params.edit.document_changes or []
        assert isinstance(part, types.TextDocumentEdit)
        assert part.text_document.uri == self.uri
        assert part.text_document.version == self.version
        for edit in sorted(part.edits, key=lambda edit: _key(edit.range.start), reverse=True):
            assert isinstance(edit, types.TextEdit)
            self.change(edit.range, edit.new_text)
        return types.ApplyWorkspaceEditResult(applied=True)

    def change(self, where: types.Range, new: str) -> None:
        self.version += 1
        self.naive.edit(_key(where.start), _key(where.end), new)
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(uri=self.uri, version=self.version),
                [types.TextDocumentContentChangePartial(range=where, text=new)],
            )
        )


def _key(position: types.Position) -> tuple[int, int]:
    return position.line, position.character


@pytest.mark.parametrize(("spec", "encoding"), CLIENTS, ids=[spec for spec, _ in CLIENTS])
async def test_each_editor_gets_ranges_and_edits_in_its_own_encoding(
    spec: str, encoding: Encoding, env: dict[str, str], project: Path
) -> None:
    client: Any = make_test_lsp_client()
    async with asyncio.timeout(40), Upstream(reply=REPLY) as upstream:
        paid = with_upstream(env, upstream.base_url)
        await client.start_io(sys.executable, "-m", "routerd", "serve", "--solo", env=paid, cwd=project)
        answer = await client.initialize_session(
            types.InitializeParams(
                capabilities=client_capabilities(spec),
                root_uri=project.as_uri(),
                workspace_folders=[types.WorkspaceFolder(project.as_uri(), "project")],
            )
        )
        assert (answer.capabilities.position_encoding or "utf-16") == encoding
        uri = (project / "wave.ts").as_uri()
        document = _Applies(client, uri, CODE, encoding)
        top = types.Range(types.Position(0, 0), types.Position(0, 0))
        document.change(top, "// 😀 typed\r\n")

        column = encoding.width(HEAD)
        position = types.Position(2, column + 2)
        identifier = types.TextDocumentIdentifier(uri)
        hover = await client.text_document_hover_async(types.HoverParams(identifier, position))
        assert hover.range == types.Range(types.Position(2, column), types.Position(2, column + len("parseWave")))
        assert "\ndocument " in hover.contents.value

        menu = await client.text_document_code_action_async(
            types.CodeActionParams(identifier, types.Range(position, position), types.CodeActionContext([]))
        )
        assert menu[0].title.startswith("Document `parseWave`")
        # lsprotocol 2025.0 reads a code action with a command as a bare command, so the argument is made here.
        here = {"line": 2, "character": column + 2}
        argument = {"action": "document", "uri": uri, "range": {"start": here, "end": here}, "version": 2}
        before = document.naive.string
        await client.workspace_execute_command_async(types.ExecuteCommandParams("routerd.run", arguments=[argument]))
        while document.naive.string == before:
            await asyncio.sleep(0.02)
        after = document.naive.string
        assert after.replace("  /** Parses the wave. */\r\n", "").endswith(CODE)
        assert "/**" in after
        assert after.replace("\r\n", "").count("\n") == 0
        await client.shutdown_session()
    await client.stop()
