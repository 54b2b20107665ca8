"""The Editor port over LSP: one versioned `workspace/applyEdit`, believed only when the text says so too."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from routerd.domain.document import Document
from routerd.domain.position import Edit
from routerd.domain.reply import Change, FileChange
from routerd.domain.text import Text, cut_lines
from routerd.domain.verdict import Stale
from routerd.frontends.lsp.client import NoAnswerError
from routerd.frontends.lsp.rewrite_preview import agreed_to
from routerd.frontends.lsp.to_proto import workspace_edit

if TYPE_CHECKING:
    from routerd.app.workspace import App
    from routerd.frontends.lsp.session import Session

ANSWER_S = 30.0
"""Some editors ask their user before they answer; ALE never answers."""
SETTLE_S = 3.0
"""From the answer to the change's arrival; Neovim holds changes back for 150 ms."""
MOVED_S = 0.5
"""From a refused edit to the typing that made it stale: Neovim reports it 150 ms late."""
CONFIRM_S = 120.0
"""A question about money that nobody answers for so long is answered no."""

NOT_ASKED_TO = "it was asked for as a proposal"


class LspEditor:
    """The editor of one job: what a change is applied to, and who is asked."""

    def __init__(self, session: Session, app: App, target: Document, writes: bool, previews: bool = False) -> None:
        """``target`` is what was asked about; without ``writes`` changes are only proposed.

        ``previews``: what replaces words is shown and asked about first, as this client shows no proposals.
        """
        self._wire = session.wire
        self._client = session.client
        self._documents = session.documents
        self._reviews = session.reviews
        self._app = app
        self._target = target
        self._writes = writes
        self._previews = previews

    def current(self, uri: str) -> Document | None:
        """As the Editor port says."""
        held = self._documents.get(uri)
        closed = held is None and uri == self._target.uri and self._target.version is not None
        return None if closed else held or self._app.document(uri)

    async def confirm(self, question: str) -> bool:
        """Ask the user; no answer is no."""
        choice = [{"title": "Yes"}, {"title": "No"}]
        params = {"type": 3, "message": question, "actions": choice}
        try:
            answer = await self._wire.ask("window/showMessageRequest", params, CONFIRM_S)
        except NoAnswerError:
            return False
        return isinstance(answer, dict) and answer.get("title") == "Yes"

    async def apply(self, change: Change, label: str) -> str | Stale | None:
        """Show the findings, send the edits, and compare what came of them with what was meant."""
        now = self.current(self._target.uri)
        if change.findings is not None and change.text is not None and now is not None:
            self._reviews.put(now, change.findings, change.text)
        if not change.files:
            return None
        if not self._writes:
            return NOT_ASKED_TO
        if any(file.create for file in change.files) and not self._client.creates_files:
            return "this editor cannot create files for a language server"
        if self._previews and _replaces(change) and not await agreed_to(change, label, self._wire, self._client):
            return "nobody agreed to its diff"
        return await self._edit(change, label)

    async def _edit(self, change: Change, label: str) -> str | Stale | None:
        awaited = {file.uri: file for file in change.files if self._documents.get(file.uri)}
        arrived = asyncio.get_running_loop().create_future()
        moved = asyncio.Event()

        def look(document: Document) -> None:
            file = awaited.get(document.uri)
            if file and same(document.text, file.after):
                del awaited[document.uri]
                if not awaited and not arrived.done():
                    arrived.set_result(None)
            elif file:
                moved.set()

        self._documents.watchers.add(look)
        params = {"label": label, "edit": workspace_edit(change, self._client)}
        answer = asyncio.ensure_future(self._wire.ask("workspace/applyEdit", params, ANSWER_S))
        try:
            return await self._verdict(answer, arrived if awaited else None, awaited, moved)
        finally:
            self._documents.watchers.discard(look)
            answer.cancel()

    async def _verdict(
        self,
        answer: asyncio.Future[object],
        arrived: asyncio.Future[None] | None,
        awaited: dict[str, FileChange],
        moved: asyncio.Event,
    ) -> str | Stale | None:
        waits: set[asyncio.Future[object] | asyncio.Future[None]] = {answer}
        if arrived is not None:
            waits.add(arrived)
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        if arrived is not None and arrived.done():
            return None
        refusal = _refusal(answer)
        if refusal is not None and answer.exception() is None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(moved.wait(), MOVED_S)
            return Stale(refusal) if moved.is_set() else refusal
        if refusal is not None or arrived is None:
            return refusal
        await asyncio.wait({arrived}, timeout=SETTLE_S)
        if arrived.done():
            return None
        landings = [self._landing(file) for file in awaited.values()]
        return next((why for why in landings if why is not None), None)

    def _landing(self, file: FileChange) -> str | Stale | None:
        """Why a file is not what it should be, though the client said it applied the edit.

        The user may have typed on before the client sent the change: then each edit still stands between
        the lines that it was meant for. Lines in the wrong place are what a client without versions does.
        """
        now = self._documents.get(file.uri)
        if now is None:
            return "the file was closed meanwhile"
        if all(_stands(edit, file, now.text) for edit in file.edits):
            return None
        if any(_often(edit.new, now.text) > _often(edit.new, file.before) for edit in file.edits):
            return "the edit and your typing crossed, so undo what was inserted, and run the action again"
        if now.version == file.version:
            return "the editor said that it applied the edit, and dropped it"
        return Stale("the file changed while the edit was on its way, and the editor dropped it")


def _replaces(change: Change) -> bool:
    return any(not edit.span.empty for file in change.files if not file.create for edit in file.edits)


def same(one: Text, other: Text) -> bool:
    """Whether two texts are equal but for their line ends, which editors hold apart from the lines."""
    if one == other:
        return True
    count = len(one.lines)
    return count == len(other.lines) and all(one.bare(line) == other.bare(line) for line in range(count))


def _stands(edit: Edit, file: FileChange, now: Text) -> bool:
    """Whether the edit's lines stand in the text together with their neighbours of the intended result."""
    # Edits do not overlap, so those above shift this one by their lines and nothing else.
    above = [other for other in file.edits if other.span.start < edit.span.start]
    shift = sum(_breaks(other.new) - (other.span.end.line - other.span.start.line) for other in above)
    first = edit.span.start.line + shift
    last = first + _breaks(edit.new)
    after = file.after
    block = [after.bare(line) for line in range(max(0, first - 1), min(last + 2, len(after.lines)))]
    lines = [now.bare(line) for line in range(len(now.lines))]
    return any(lines[at : at + len(block)] == block for at in range(len(lines) - len(block) + 1))


def _breaks(text: str) -> int:
    return len(cut_lines(text)) - 1


def _often(piece: str, text: Text) -> int:
    wanted = piece.strip()
    return text.string.replace("\r\n", "\n").count(wanted.replace("\r\n", "\n")) if wanted else 0


def _refusal(answer: asyncio.Future[object]) -> str | None:
    """Why the client says that it did not apply the edit; ``None`` where it says it did."""
    try:
        result = answer.result()
    except NoAnswerError:
        return "the editor did not answer"
    if isinstance(result, dict) and result.get("applied") is True:
        return None
    reason = result.get("failureReason") if isinstance(result, dict) else None
    return f"the editor refused the edit{f' ({reason})' if reason else ''}"
