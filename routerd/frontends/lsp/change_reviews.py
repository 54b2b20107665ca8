"""`routerd.reviewChanges`: a review of the working tree as one job, its findings as diagnostics over all files."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from routerd.app.change_review import ChangeReview, review_change, review_price
from routerd.app.changed_files import ChangedFile, ChangeSource, changed_files
from routerd.app.jobs import Job
from routerd.domain.document import Document
from routerd.domain.errors import UsageError
from routerd.domain.money import dollars, dollars_at_most
from routerd.domain.outcome import Outcome, Status
from routerd.domain.text import Text
from routerd.frontends.lsp.apply import LspEditor
from routerd.frontends.lsp.progress import Progress
from routerd.frontends.shapes import counted, outcome_json
from routerd.system.uris import path_of, uri_of

if TYPE_CHECKING:
    from routerd.app.workspace import App
    from routerd.frontends.lsp.session import Session

_NAME = "change.diff"
"""The name of what is asked about as a whole; there is no such file."""


class _AgreedEditor(LspEditor):
    """The editor of a review whose total the user agreed to, so that no single file is asked about."""

    agreed = False

    async def confirm(self, question: str) -> bool:
        """As the Editor port says."""
        return self.agreed or await super().confirm(question)


async def start(session: Session, uri: str | None) -> Job:
    """Begin the review of the repository around a document, or find it running. Raises RouterdError."""
    app = await session.working(uri)
    folder = _folder(app, uri)
    key = ("review of changes", folder)
    running = session.jobs.same(key)
    if running is not None:
        return running
    return session.jobs.start("review", uri_of(folder / _NAME), key, lambda job: _work(job, session, app, folder))


def _folder(app: App, uri: str | None) -> Path:
    path = path_of(uri) if uri is not None else None
    folder = (path if path.is_dir() else path.parent) if path is not None else app.root
    if folder is None:
        raise UsageError("No folder is open: open a file of the repository whose changes are to be reviewed.")
    return folder


async def _work(job: Job, session: Session, app: App, folder: Path) -> Outcome:
    progress = Progress(session.wire, session.client, "routerd: review of the changes")
    job.token = f"routerd-{job.id}"
    showing = asyncio.ensure_future(progress.show(job.token, created=False))
    editor = _AgreedEditor(session, app, Document(job.uri, None, "diff", Text("")), writes=False)
    try:
        outcome = await _reviewed(session, app, folder, editor, progress)
    except BaseException:
        progress.end("ended")
        raise
    finally:
        showing.cancel()
    progress.end(outcome.message)
    if session.client.takes_outcomes:
        shape = outcome_json(outcome, session.client.encoding)
        session.wire.send("routerd/outcome", {"job": job.id, "outcome": shape, "changes": True})
        return outcome
    kind = 3 if outcome.status is Status.APPLIED else 2
    session.wire.send("window/showMessage", {"type": kind, "message": f"routerd: {outcome.message}"})
    return outcome


async def _reviewed(session: Session, app: App, folder: Path, editor: _AgreedEditor, progress: Progress) -> Outcome:
    # In a thread: git may take its time.
    files = await asyncio.to_thread(changed_files, app, folder, ChangeSource())
    if not await _agreed(app, files, editor):
        return Outcome(Status.REFUSED, "review", "Nothing was sent, as nobody agreed to the price of the review.")
    found = await review_change(app, files, editor, progress)
    session.reviews.clear()  # what an earlier review said of files that are clean now
    uris = {file.path: file.request.document.uri for file in files if file.request is not None}
    for file in found.files:
        now = session.documents.get(uris[file.path]) or app.document(uris[file.path])
        if now is not None:
            session.reviews.put(now, file.findings, file.text)
    return Outcome(Status.APPLIED if found.files else Status.REFUSED, "review", summary(found))


async def _agreed(app: App, files: Sequence[ChangedFile], editor: _AgreedEditor) -> bool:
    """Show the total first where it needs a yes."""
    price, limit = review_price(app, files), app.settings.budget.confirm_above
    if limit is None or price.likely is None or price.likely <= limit:
        return True
    bound = f", at most {dollars_at_most(price.most)}" if price.most is not None else ""
    question = f"Review of {counted(price.files, 'changed file')}: about {dollars(price.likely)}{bound}. Send it?"
    editor.agreed = await editor.confirm(question)
    return editor.agreed


def summary(found: ChangeReview) -> str:
    """One sentence: findings, files, price, and what has no review."""
    parts = [f"{counted(found.found, 'finding')} in {counted(len(found.files), 'changed file')}"]
    if found.offline:
        parts.append("built-in checks only, which cost nothing")
    elif found.attempted:
        parts.append(dollars(found.cost))
    for name, files in (("uncovered", found.uncovered), ("failed", found.failed), ("skipped", found.skipped)):
        parts += [f"{counted(len(files), 'file')} {name}"] if files else []
    return f"{'; '.join(parts)}."
