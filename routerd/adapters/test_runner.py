"""Runs new tests with the user's own command in a copy of the project, within a time limit.

The copy contains the editor's unsaved text. The process gets no variable that looks like a secret, and is
killed with its children on a timeout or when the action is cancelled.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from routerd.domain.project import Project
from routerd.domain.prompt import Question
from routerd.domain.reply import Change
from routerd.system.processes import OWN_GROUP, end_group
from routerd.system.uris import path_of

TIME_LIMIT_S = 60.0
"""Half of an action's default time limit (limits.total_s), so that a better model can still be asked after it."""
_TAIL_CHARACTERS = 1_500
"""Characters of the output's end, where test runners report failures; the next prompt includes them."""
_SECRET = ("KEY", "TOKEN", "SECRET", "PASSWORD", "CREDENTIAL")


class CommandTestRunner:
    """``domain.ports.Runner``: ``{file}`` in the command stands for the test file's path in the copy."""

    def __init__(
        self,
        project: Callable[[str], Project],
        environ: Mapping[str, str] = os.environ,
        limit_s: float = TIME_LIMIT_S,
    ) -> None:
        """``environ``: that of the editor, whose PATH and virtual environment the tests belong to."""
        self._project, self._environ = project, environ
        self._limit_s = limit_s

    async def failure(self, command: Sequence[str], change: Change, question: Question) -> str | None:
        """Why the tests of a change fail, with the end of their output; ``None`` if they pass."""
        project = self._project(question.request.document.uri)
        with tempfile.TemporaryDirectory(prefix="routerd-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            file = await asyncio.to_thread(_copied, folder, project, change, question)
            return await self._ran([part.replace("{file}", file) for part in command], folder)

    async def _ran(self, command: list[str], folder: Path) -> str | None:
        environment = {n: v for n, v in self._environ.items() if not any(word in n.upper() for word in _SECRET)}
        # A bytecode cache of the original would be taken for the copy's, as sizes and times are equal.
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=OWN_GROUP,
            )
        except OSError as fault:
            return f"test_command could not be started: {fault.strerror or fault}"
        try:
            output, _ = await asyncio.wait_for(process.communicate(), self._limit_s)
        except TimeoutError:
            return f"they did not end within {self._limit_s:g} seconds"
        finally:
            end_group(process.pid, ended=process.returncode is not None)
        if process.returncode == 0:
            return None
        tail = output.decode("utf-8", "replace").replace(str(folder), "").strip()[-_TAIL_CHARACTERS:]
        return f"exit code {process.returncode}\n{tail}"


def _copied(folder: Path, project: Project, change: Change, question: Question) -> str:
    """Copies the project's files, overlaid with the editor's text and the change; returns the test file's path."""
    root = path_of(project.root)
    sources = {name: root / name for name in project.files} if root else {}
    for name, source in sources.items():
        goal = folder / name
        goal.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(source, goal)
        except OSError:
            continue  # deleted since it was indexed, or unreadable: tests that need it will fail
    document = question.request.document
    texts = {document.uri: document.text} | {file.uri: file.after for file in change.files}
    for uri, text in texts.items():
        goal = folder / project.relative(uri)
        goal.parent.mkdir(parents=True, exist_ok=True)
        goal.write_bytes(text.string.encode("utf-8", "surrogateescape"))
    return project.relative(change.files[0].uri)
