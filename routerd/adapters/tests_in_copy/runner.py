"""Runs the tests of an answer: first with it; where they fail without it, so that only the answer's fault counts.

The copy contains the editor's unsaved text. The processes get no variable that looks like a secret, and are killed
with their children on a timeout or when the action is cancelled.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from routerd.adapters.tests_in_copy.interpreter import python_of, search_path
from routerd.adapters.tests_in_copy.project_copy import copy_project, rewrite
from routerd.domain.project import Project
from routerd.domain.prompt import Question
from routerd.domain.reply import Change
from routerd.domain.test_run import EndOfTests, ProjectCommand, RanTests
from routerd.domain.text import Text
from routerd.system.processes import NO_WINDOW, OWN_GROUP, end_group
from routerd.system.uris import path_of

TIME_LIMIT_S = 60.0
"""For all runs of one answer: half of an action's default limit (limits.total_s), so that a better model can follow."""
_LOOP_S = 10.0
"""Beyond five times what the tests took without a fault, a mutant loops; the tests then notice it."""
_GONE_S = 2.0
"""From the end of a process to its being noticed."""
_TAIL_CHARACTERS = 1_500
_CHUNK = 1 << 16
"""Bytes of a run's output that are kept at a time, from its end."""
"""Characters of the output's end, where test runners report failures; the next prompt includes them."""
_SECRET = ("KEY", "TOKEN", "SECRET", "PASSWORD", "CREDENTIAL")
_SHELL_CANNOT_START = (126, 127)
"""POSIX 2.8.2: what a script was told to start cannot be executed, or was not found."""


@dataclass(frozen=True, slots=True)
class _Ended:
    """One process: its exit code, ``None`` where it was not started or did not end, and the end of its output."""

    code: int | None
    output: str


@dataclass(frozen=True, slots=True)
class _Run:
    """One command on one answer, with the moment at which all of its runs must have ended."""

    command: ProjectCommand
    project: Project
    change: Change
    question: Question
    deadline: float

    @property
    def file(self) -> str:
        """The test file's path below the root."""
        return self.project.relative(self.change.files[0].uri)

    @property
    def left_s(self) -> float:
        """Seconds until the deadline."""
        return max(0.0, self.deadline - time.monotonic())


class CopyRunner:
    """``domain.ports.Runner``."""

    def __init__(
        self,
        project: Callable[[str], Project],
        environ: Mapping[str, str] = os.environ,
        limit_s: float = TIME_LIMIT_S,
    ) -> None:
        """``environ``: that of the editor, whose PATH and virtual environment the tests belong to."""
        self._project, self._environ = project, environ
        self._limit_s = limit_s

    async def ran(
        self, command: ProjectCommand, change: Change, question: Question, mutants: Sequence[Text] = ()
    ) -> RanTests:
        """How the tests of a change end. Cancelling ends them."""
        project = self._project(question.request.document.uri)
        run = _Run(command, project, change, question, time.monotonic() + self._limit_s)
        async with self._copy(run) as folder:
            if isinstance(folder, RanTests):
                return folder
            began = time.monotonic()
            first = await self._process(run, folder, run.left_s)
            took = time.monotonic() - began
            if isinstance(first, RanTests):
                return first
            if first.code == 0:
                return await self._mutated(run, folder, mutants, took)
        if first.code in (*command.cannot_start, *_SHELL_CANNOT_START):
            return _not_started(first)
        return await self._without(run, first)

    async def _without(self, run: _Run, failed: _Ended) -> RanTests:
        """Whether the failure is the answer's: the same command on the test file as it was, or on one that passes."""
        file = run.change.files[0]
        async with self._copy(run) as folder:  # anew, as the tests may have changed the first one
            if isinstance(folder, RanTests):
                return folder
            await asyncio.to_thread(rewrite, folder, run.file, run.command.control if file.create else file.before)
            control = await self._process(run, folder, run.left_s)
        if isinstance(control, RanTests):
            return control
        if control.code != 0:
            return _not_started(control)
        return RanTests(EndOfTests.FAILED, f"exit code {failed.code}\n{failed.output}")

    async def _mutated(self, run: _Run, folder: Path, mutants: Sequence[Text], took_s: float) -> RanTests:
        """Whether the tests fail for at least one fault in what they test, where it is quick to find out."""
        target = run.project.relative(run.question.request.document.uri)
        survived = 0
        for mutant in mutants if took_s * len(mutants) <= run.left_s else ():
            await asyncio.to_thread(rewrite, folder, target, mutant)
            # A mutant may loop for ever, which the tests notice as well as an assertion does.
            ended = await self._process(run, folder, min(run.left_s, 5 * took_s + _LOOP_S))
            if isinstance(ended, RanTests) or ended.code != 0:
                return RanTests(EndOfTests.PASSED)
            survived += 1
        if survived:
            return RanTests(EndOfTests.SURVIVED, f"they also pass with each of {survived} faults in what they test")
        return RanTests(EndOfTests.PASSED)

    @asynccontextmanager
    async def _copy(self, run: _Run) -> AsyncIterator[Path | RanTests]:
        """A folder with the project, the editor's text and the change; or why there is none."""
        name = await asyncio.to_thread(tempfile.mkdtemp, prefix="routerd-tests-")
        try:
            folder = Path(name).resolve()
            try:
                problem = await asyncio.to_thread(_copied, folder, run)
            except OSError as fault:
                problem = f"the project cannot be copied ({fault.strerror or fault})"
            yield folder if problem is None else RanTests(EndOfTests.NOT_STARTED, problem)
        finally:
            await asyncio.shield(asyncio.to_thread(shutil.rmtree, name, ignore_errors=True))

    async def _process(self, run: _Run, copy: Path, limit_s: float) -> _Ended | RanTests:
        """One run of the command in a copy; a RanTests where it could not be started or did not end in time."""
        command, root = run.command, path_of(run.project.root) if run.project.root else None
        where = copy / command.folder
        environment = {n: v for n, v in self._environ.items() if not any(word in n.upper() for word in _SECRET)}
        # A bytecode cache of the original, or of a mutant, would be taken for the copy's: sizes and times are equal.
        environment |= {"PYTHONDONTWRITEBYTECODE": "1", "CI": "1"}
        environment["PYTHONPATH"] = search_path(root, copy, command.folder, self._environ)
        file = os.path.relpath(copy / run.file, where).replace(os.sep, "/")
        python = python_of(root, command.folder, self._environ) if "{python}" in command.words else ""
        words = [word.replace("{file}", file).replace("{python}", python) for word in command.words]
        try:
            process = await asyncio.create_subprocess_exec(
                shutil.which(words[0], path=environment.get("PATH")) or words[0],
                *words[1:],
                cwd=where,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=OWN_GROUP,
                creationflags=NO_WINDOW,
            )
        except OSError as fault:
            return RanTests(EndOfTests.NOT_STARTED, f"'{words[0]}' could not be started ({fault.strerror or fault})")
        try:
            output = await asyncio.wait_for(_end_of_output(process), limit_s)
        except TimeoutError:
            return RanTests(EndOfTests.TIMED_OUT, f"they did not end within {self._limit_s:g} seconds")
        finally:
            end_group(process.pid, ended=process.returncode is not None)
            with suppress(TimeoutError):  # what it started may hold its output open after it
                await asyncio.wait_for(process.wait(), _GONE_S)
        tail = output.decode("utf-8", "replace").replace(str(copy), "").strip()[-_TAIL_CHARACTERS:]
        return _Ended(process.returncode, tail)


async def _end_of_output(process: asyncio.subprocess.Process) -> bytes:
    """The last of what a program prints, once it has ended; tests may print without end."""
    assert process.stdout is not None
    kept = b""
    while chunk := await process.stdout.read(_CHUNK):
        kept = (kept + chunk)[-_CHUNK:]
    await process.wait()
    return kept


def _not_started(ended: _Ended) -> RanTests:
    return RanTests(
        EndOfTests.NOT_STARTED,
        f"the project's own tests do not start (exit code {ended.code})\n{ended.output}",
    )


def _copied(folder: Path, run: _Run) -> str | None:
    """Copies the project's files, overlaid with the editor's text and the change; the reason where it cannot be."""
    document = run.question.request.document
    texts = {document.uri: document.text} | {file.uri: file.after for file in run.change.files}
    named = {run.project.relative(uri): text for uri, text in texts.items()}
    return copy_project(folder, run.project, named, run.command.linked)
