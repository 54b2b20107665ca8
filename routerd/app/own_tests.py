"""Whether the tests of a project may be run: what the user answered, kept in the user's own folder."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_data_path

from routerd.adapters.tests_in_copy import Consents
from routerd.domain.errors import UsageError
from routerd.domain.settings import OwnTests
from routerd.system.uris import path_of


def consents() -> Consents:
    """The user's answers, shared by all daemons and terminals."""
    return Consents(user_data_path("routerd", False) / "test_runs.json")


def own_tests(root: Path | None, *, trusted: bool) -> OwnTests:
    """What may be run in a workspace; ``root`` as the client spells it, which may be through a link."""
    answers = dict(consents().answers()) if trusted else {}
    if root is not None and (answer := answers.get(str(root.resolve()))) is not None:
        answers[str(root)] = answer
    return OwnTests(trusted, answers)


def keep_answer(project: str, allowed: bool) -> Path:
    """Write down what the user answered for a project, by its root's URI; an app's next reload reads it.

    Returns the project's root. Slow, as it writes. Raises UsageError where there is no project or it cannot be written.
    """
    root = path_of(project) if project else None
    if root is None:
        raise UsageError("The file belongs to no project, so no tests of it can be run.")
    try:
        consents().put(root, allowed)
    except OSError as fault:
        raise UsageError(f"{consents().path} cannot be written ({fault.strerror or fault}).") from None
    return root
