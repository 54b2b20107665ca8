"""Project tests: whether the tests of an answer are run, by which command, and whether the user is asked about it."""

from __future__ import annotations

from routerd.domain.action import ActionSpec, Contract
from routerd.domain.project import Project
from routerd.domain.prompt import Conventions, Question
from routerd.domain.reply import Change
from routerd.domain.settings import Snapshot
from routerd.domain.test_run import EndOfTests, ProjectCommand
from routerd.languages import has_tree
from routerd.languages.spec import Tree
from routerd.steps.file_command import file_command, own_command
from routerd.system.uris import path_of


def run_by(
    spec: ActionSpec, language: str, habits: Conventions, project: Project, snapshot: Snapshot
) -> ProjectCommand | None:
    """The command that runs the new tests: the user's own, or the project's where the user agreed to that.

    ``None`` where nothing is run: for other actions, in a workspace that is not trusted, and without an agreement.
    """
    if spec.contract is not Contract.TESTS or not snapshot.own_tests.trusted:
        return None
    own = snapshot.settings.test_command
    if own is not None:
        return own_command(own, language, habits) if has_tree(language, Tree.PYTHON) else None
    return file_command(language, habits, project) if _answer(project, snapshot) else None


def offered(question: Question, project: Project, snapshot: Snapshot) -> ProjectCommand | None:
    """The command about which the user is to be asked, once in each project; ``None`` where nobody is asked."""
    if question.spec.contract is not Contract.TESTS or not snapshot.own_tests.trusted:
        return None
    if snapshot.settings.test_command is not None or _answer(project, snapshot) is not None:
        return None
    return file_command(question.request.document.language, question.conventions, project)


def tested(change: Change | None) -> str | None:
    """What the run of a change's tests says of it."""
    if change is None or change.ran is None or change.ran.against:
        return None
    if change.ran.end is EndOfTests.PASSED:
        return "The new tests pass."
    return f"The new tests were not run to their end: {change.ran.reason.splitlines()[0]}."


def _answer(project: Project, snapshot: Snapshot) -> bool | None:
    path = path_of(project.root) if project.root else None
    return snapshot.own_tests.answers.get(str(path)) if path else None
