"""Asks once in each project whether new tests may be run in a copy of it, and keeps the answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from routerd.app.own_tests import keep_answer
from routerd.domain.errors import RouterdError
from routerd.frontends.lsp.client import NoAnswerError

if TYPE_CHECKING:
    from routerd.app.workspace import App
    from routerd.domain.test_run import ProjectCommand
    from routerd.frontends.lsp.session import Session

ANSWER_S = 600.0
"""The question waits in a corner of the window; without an answer it comes back in the next session."""
RUN, NEVER = "Run them", "Never here"


async def offer(session: Session, app: App, uri: str, command: ProjectCommand) -> None:
    """Ask, unless this session has asked about the project already; closing the question means no."""
    project = app.workspace.project(uri).root
    if project in session.offered:
        return
    session.offered.add(project)
    name = project.rpartition("/")[2]
    question = (
        f"routerd can run the new tests it is given for '{name}' before it shows them, with '{command.shown}', in a "
        f"copy of the project: tests that fail then go back to the model. They can do whatever your own tests can do."
    )
    choice = [{"title": RUN}, {"title": NEVER}]
    try:
        found = await session.wire.ask(
            "window/showMessageRequest", {"type": 3, "message": question, "actions": choice}, ANSWER_S
        )
    except NoAnswerError:
        return
    agreed = isinstance(found, dict) and found.get("title") == RUN
    try:
        await asyncio.to_thread(keep_answer, project, agreed)
    except RouterdError as fault:
        session.wire.send("window/showMessage", {"type": 2, "message": f"routerd: {fault}"})
        return
    app.reload()
