"""What delivery may apply directly: one file at a time, complete answers only, under the right title."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from routerd.app.file_editor import FileEditor
from routerd.app.workspace import App
from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.model import ModelRef
from routerd.domain.money import Usage
from routerd.domain.outcome import Status
from routerd.domain.position import Position, Range
from routerd.domain.reply import Finish, Reply
from routerd.domain.text import Text
from routerd.domain.tier import Tier
from routerd.domain.verdict import Refusal, Rejected
from routerd.pipeline import deliver
from routerd.pipeline.judge import Judge
from routerd.system.uris import path_of
from tests import brain
from tests.loopback import Upstream
from tests.pipeline.test_pipeline import SOURCE, Desk, desk, done, home, open_app, request_for

__all__ = ["desk", "home", "open_app"]

TWO_FILES = """\
parcel.py
<<<<<<< SEARCH
LIMIT = 10
=======
LIMIT = 12
>>>>>>> REPLACE

other.py
<<<<<<< SEARCH
LIMIT = 10
=======
LIMIT = 12
>>>>>>> REPLACE
"""


async def test_a_change_of_several_files_is_only_proposed(open_app: Callable[..., App], desk: Desk, home: Path) -> None:
    (home / "project" / "other.py").write_text("LIMIT = 10\n", "utf-8")
    async with Upstream(reply=TWO_FILES) as upstream:
        app = open_app(upstream.base_url)
        outcome = await done(app, desk, request_for(desk, "ask", instruction="raise the limit", whole_file=True))
    assert outcome.status is Status.PROPOSED, outcome.message
    assert outcome.message == "Not applied: it changes 2 files, so look at it first and apply what you want."
    assert outcome.change is not None
    assert len(outcome.change.files) == 2
    assert not desk.applied
    assert (home / "project" / "other.py").read_text("utf-8") == "LIMIT = 10\n"


def _one_hunk(path: str) -> str:
    return f"{path}\n<<<<<<< SEARCH\nLIMIT = 10\n=======\nLIMIT = 10\nMORE = 1\n>>>>>>> REPLACE\n"


def _indexed(app: App, desk: Desk) -> App:
    """The app with a project around the document that keeps its tests in a folder of their own."""
    root = path_of(desk.document.uri.rpartition("/")[0])
    assert root is not None
    (root / "pyproject.toml").write_text('[project]\nname = "parcel"\n', "utf-8")
    app.index(desk.document.uri, 10)
    return app


_OTHERS = [
    "other.py",
    "package.json",
    ".vscode/settings.json",
    ".github/workflows/ci.yml",
    ".routerd.toml",
    "conftest.py",
]


@pytest.mark.parametrize("path", _OTHERS)
@pytest.mark.parametrize("selected", [True, False])
async def test_a_change_of_one_other_file_is_only_proposed_and_a_tool_file_is_marked(
    open_app: Callable[..., App], desk: Desk, home: Path, path: str, selected: bool
) -> None:
    other = home / "project" / path
    other.parent.mkdir(parents=True, exist_ok=True)
    request = request_for(desk, "ask", instruction="raise the limit", whole_file=not selected)
    if selected:
        request = replace(request, span=Range(Position(2, 0), Position(2, 10)))
    async with Upstream(reply=_one_hunk(path)) as upstream:
        app = open_app(upstream.base_url)
        other.write_text("LIMIT = 10\n", "utf-8")
        outcome = await app.run(request, FileEditor(app, desk.document.uri, write=True, ask=False), desk)
    assert outcome.status is Status.PROPOSED, outcome.message
    assert f"'{path}', not asked about" in outcome.message
    assert ("settings that other programs act on" in outcome.message) is (path != "other.py")
    assert outcome.must_preview
    assert other.read_text("utf-8") == "LIMIT = 10\n"


@pytest.mark.parametrize(
    "path",
    ["../out.py", "/etc/hosts.py", "a/../../out.py", "..\\out.py", "far/out.py", "link.py", "ignored.py", ".git/x.py"],
)
async def test_a_file_that_may_not_be_touched_is_not_even_proposed(
    open_app: Callable[..., App], desk: Desk, home: Path, path: str
) -> None:
    project = home / "project"
    (project / ".git").mkdir()
    (project / ".gitignore").write_text("ignored.py\n", "utf-8")
    (project / "far").symlink_to(home)
    (project / "link.py").symlink_to("parcel.py")
    for file in (home / "out.py", project / "ignored.py", project / ".git" / "x.py"):
        file.write_text("LIMIT = 10\n", "utf-8")
    async with Upstream(reply=_one_hunk(path)) as upstream:
        app = open_app(upstream.base_url)
        request = request_for(desk, "ask", instruction="raise the limit", whole_file=True)
        outcome = await app.run(request, FileEditor(app, desk.document.uri, write=True, ask=False), desk)
    assert outcome.status is Status.FAILED, outcome.message
    assert outcome.change is None
    assert "another file" in outcome.message
    for file in (home / "out.py", project / "ignored.py", project / ".git" / "x.py"):
        assert file.read_text("utf-8") == "LIMIT = 10\n"
    assert (project / "parcel.py").read_text("utf-8") == SOURCE


async def test_the_test_file_that_was_sent_along_may_be_changed_where_nothing_is_selected(
    open_app: Callable[..., App], desk: Desk, home: Path
) -> None:
    tests = home / "project" / "tests" / "test_parcel.py"
    tests.parent.mkdir()
    tests.write_text("LIMIT = 10\n", "utf-8")
    async with Upstream(reply=_one_hunk("tests/test_parcel.py")) as upstream:
        app = _indexed(open_app(upstream.base_url), desk)
        editor = FileEditor(app, desk.document.uri, write=True, ask=False)
        request = request_for(desk, "ask", instruction="raise the limit")
        selected = replace(request, span=Range(Position(2, 0), Position(2, 10)))
        proposed = await app.run(selected, editor, desk)
        assert (proposed.status, tests.read_text("utf-8")) == (Status.PROPOSED, "LIMIT = 10\n")
        outcome = await app.run(request, editor, desk)
    assert outcome.status is Status.APPLIED, outcome.message
    assert tests.read_text("utf-8") == "LIMIT = 10\nMORE = 1\n"


async def test_a_key_behind_a_link_is_neither_sent_nor_written_through(
    open_app: Callable[..., App], desk: Desk, home: Path
) -> None:
    key = home / "id_rsa"
    key.write_text("PRIVATE KEY\n", "utf-8")
    (home / "project" / "tests").mkdir()
    (home / "project" / "tests" / "test_parcel.py").symlink_to(key)
    async with Upstream(reply=brain.reply) as upstream:
        app = _indexed(open_app(upstream.base_url), desk)
        editor = FileEditor(app, desk.document.uri, write=True, ask=False)
        refused = await app.run(request_for(desk, "test"), editor, desk)
        assert not upstream.seen
        await app.run(request_for(desk, "ask", instruction="rename this"), editor, desk)
        assert all("PRIVATE" not in str(seen.body) for seen in upstream.seen)
    assert refused.status is Status.REFUSED
    assert "'tests/test_parcel.py' lies outside" in refused.message
    assert key.read_text("utf-8") == "PRIVATE KEY\n"


async def test_ignored_tests_are_neither_sent_nor_written(open_app: Callable[..., App], desk: Desk, home: Path) -> None:
    tests = home / "project" / "tests" / "test_parcel.py"
    tests.parent.mkdir()
    tests.write_text("PRIVATE = 1\n", "utf-8")
    (home / "project" / ".gitignore").write_text("tests/\n", "utf-8")
    async with Upstream(reply=brain.reply) as upstream:
        app = _indexed(open_app(upstream.base_url), desk)
        outcome = await done(app, desk, request_for(desk, "test"))
        await done(app, desk, request_for(desk, "ask", instruction="rename this"))
        assert all("PRIVATE" not in str(seen.body) for seen in upstream.seen)
    assert (outcome.status, outcome.attempts) == (Status.REFUSED, ())
    assert "is ignored by git" in outcome.message


async def test_a_link_that_appears_while_the_model_answers_is_not_written_through(
    open_app: Callable[..., App], desk: Desk, home: Path
) -> None:
    tests, key = home / "project" / "tests", home / "elsewhere"
    key.mkdir()

    def link() -> None:
        if not tests.exists():
            tests.symlink_to(key)

    desk.on_tokens = link
    async with Upstream(reply=brain.reply) as upstream:
        app = _indexed(open_app(upstream.base_url), desk)
        outcome = await app.run(
            request_for(desk, "test"), FileEditor(app, desk.document.uri, write=True, ask=False), desk
        )
    assert outcome.status is Status.PROPOSED, outcome.message
    assert outcome.change is not None
    assert not outcome.change.files
    assert "def test_" in str(outcome.change.document)
    assert list(key.iterdir()) == []


async def test_a_link_that_the_user_asks_about_keeps_being_one(
    open_app: Callable[..., App], desk: Desk, home: Path
) -> None:
    real = home / "real.py"
    Path(home / "project" / "parcel.py").rename(real)
    (home / "project" / "parcel.py").symlink_to(real)
    async with Upstream(reply=brain.reply) as upstream:
        app = open_app(upstream.base_url)
        request = replace(request_for(desk), document=replace(desk.document, version=None))
        outcome = await app.run(request, FileEditor(app, desk.document.uri, write=True, ask=False), desk)
    assert outcome.status is Status.APPLIED, outcome.message
    assert (home / "project" / "parcel.py").is_symlink()
    assert "Do what weigh does" in real.read_text("utf-8")


async def test_rewriting_documentation_says_so(open_app: Callable[..., App], desk: Desk) -> None:
    documented = SOURCE.replace("    return min", '    """Old words."""\n    return min')
    desk.document = replace(desk.document, text=Text(documented))
    async with Upstream(reply=brain.reply) as upstream:
        app = open_app(upstream.base_url)
        outcome = await done(app, desk, request_for(desk, replace=True))
    assert outcome.status is Status.APPLIED
    assert outcome.message.startswith("Rewrite the documentation of `weigh`: done by")


async def test_an_answer_without_a_whole_finish_is_refused_whatever_it_says(
    open_app: Callable[..., App], desk: Desk
) -> None:
    async with Upstream(reply=brain.reply) as upstream:
        app = open_app(upstream.base_url)
        planned = app.plan(request_for(desk))
        assert not isinstance(planned, Refusal)
        positions = app.deps  # no provider ends like this on purpose
        judge = Judge(positions.grammar, positions.workspace, positions.runner, positions.worker)
    attempt = Attempt(ModelRef("p", "m"), Tier.UTILITY, AttemptStatus.OK, Usage(), None, 1)
    text = '<doc name="weigh">\nWeigh it by its parts.\n</doc>'
    verdicts = {finish: await judge.verdict(Reply(text, finish, attempt), planned.question) for finish in Finish}
    assert not isinstance(verdicts.pop(Finish.STOP), Rejected)
    assert all(isinstance(verdict, Rejected) for verdict in verdicts.values())


def test_every_end_of_an_earlier_attempt_has_words() -> None:
    assert set(deliver._ENDED) == set(AttemptStatus)
