"""Tests that a model wrote are run where the user wants it: failing ones escalate, or are only proposed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from routerd.adapters.tests_in_copy import Consents, CopyRunner
from routerd.app.own_tests import consents
from routerd.app.workspace import App
from routerd.domain.attempt import AttemptStatus
from routerd.domain.origin import Origin
from routerd.domain.outcome import Status
from routerd.domain.test_run import EndOfTests
from tests.loopback import Upstream
from tests.pipeline.test_pipeline import Desk, desk, done, home, open_app, request_for

__all__ = ["desk", "home", "open_app"]

RUN = "import runpy, sys; [f() for n, f in runpy.run_path(sys.argv[1]).items() if n.startswith('test')]"
COMMAND = f"test_command = [{sys.executable!r}, '-c', \"{RUN}\", '{{file}}']"
GOOD = "```python\nfrom parcel import weigh\n\n\ndef test_light():\n    assert weigh(3) == 3\n```"
BAD = GOOD.replace("== 3", "== 4")


def _config(home: Path) -> None:
    """Write the command above the tables that the fixture's configuration begins with."""
    path = home / "config.toml"
    path.write_text(f"{COMMAND}\n{path.read_text('utf-8')}", "utf-8")


async def test_failing_tests_escalate_with_what_the_runner_said(
    open_app: Callable[..., App], desk: Desk, home: Path
) -> None:
    def answer(body: Mapping[str, Any]) -> str:
        return GOOD if body["model"] == "large" else BAD

    async with Upstream(reply=answer) as upstream:
        app = open_app(upstream.base_url, '[budget]\nper_action = "0.10"')
        _config(home)
        assert app.reload() == ()
        outcome = await done(app, desk, request_for(desk, "test"))
        last = upstream.seen[-1].body["messages"][-1]["content"]
    assert outcome.status is Status.APPLIED, outcome.message
    assert [attempt.status for attempt in outcome.attempts] == [AttemptStatus.REJECTED, AttemptStatus.OK]
    assert "assert weigh(3) == 4" in last
    assert not (home / "project" / "test_parcel.py").exists()


async def test_tests_that_fail_on_every_candidate_are_proposed_and_not_applied(
    open_app: Callable[..., App], desk: Desk, home: Path
) -> None:
    async with Upstream(reply=BAD) as upstream:
        app = open_app(upstream.base_url, '[budget]\nper_action = "0.10"')
        _config(home)
        assert app.reload() == ()
        outcome = await done(app, desk, request_for(desk, "test"))
    assert outcome.status is Status.PROPOSED
    assert outcome.message == "Not applied: the new tests do not pass: exit code 1."
    assert outcome.change is not None
    assert "def test_light" in outcome.change.files[0].after.string
    assert not desk.applied


async def test_without_a_command_in_the_users_own_configuration_nothing_is_run(
    open_app: Callable[..., App], desk: Desk, home: Path
) -> None:
    async with Upstream(reply=BAD) as upstream:
        app = open_app(upstream.base_url)
        (home / "project" / ".routerd.toml").write_text(COMMAND, "utf-8")
        (problem,) = app.reload()
        outcome = await done(app, desk, request_for(desk, "test"))
    assert "test_command" in problem
    assert outcome.status is Status.APPLIED
    assert "running the tests" not in desk.stages


async def test_where_nobody_capped_the_price_a_dear_second_try_is_not_made_and_the_way_on_is_said(
    open_app: Callable[..., App], desk: Desk, home: Path
) -> None:
    async with Upstream(reply=BAD) as upstream:
        app = open_app(upstream.base_url)
        _config(home)
        assert app.reload() == ()
        outcome = await done(app, desk, request_for(desk, "test"))
        assert [seen.model for seen in upstream.seen] == ["small"]
    assert outcome.status is Status.PROPOSED
    assert outcome.message.startswith("Not applied: the new tests do not pass: exit code 1; Stopped after $0.000")
    assert "ten times its likely price or a cent. To allow more, set budget.per_action" in outcome.message


def _agreed(home: Path, agreed: bool = True, manifest: str = "[tool.pytest.ini_options]\n") -> Path:
    """A project whose own files show pytest, about whose tests the user was asked; its root."""
    root = home / "project"
    (root / "pyproject.toml").write_text(manifest, "utf-8")
    consents().put(root, agreed)
    return root


def _indexed(open_app: Callable[..., App], url: str, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> App:
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    app = open_app(url, '[budget]\nper_action = "0.10"')
    app.index(desk.document.uri, 10)
    # On a machine with other work ten runs may take longer than an action's time.
    app.deps = replace(app.deps, runner=CopyRunner(app.workspace.project, limit_s=600))
    return app


async def test_the_projects_own_command_runs_once_the_user_agreed(
    open_app: Callable[..., App], desk: Desk, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(body: Mapping[str, Any]) -> str:
        return GOOD if body["model"] == "large" else BAD

    root = _agreed(home)
    async with Upstream(reply=answer) as upstream:
        app = _indexed(open_app, upstream.base_url, desk, monkeypatch)
        outcome = await done(app, desk, request_for(desk, "test"))
    assert outcome.status is Status.APPLIED, outcome.message
    assert [attempt.status for attempt in outcome.attempts] == [AttemptStatus.REJECTED, AttemptStatus.OK]
    assert "assert 3 == 4" in str(outcome.attempts[0].reason)
    assert outcome.message.endswith("The new tests pass.")
    assert outcome.untested is None
    assert not (root / ".pytest_cache").exists()


async def test_a_project_whose_own_tests_do_not_start_costs_no_second_answer(
    open_app: Callable[..., App], desk: Desk, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = _agreed(home)
    (root / "conftest.py").write_text("import a_package_that_nobody_has\n", "utf-8")
    async with Upstream(reply=GOOD) as upstream:
        app = _indexed(open_app, upstream.base_url, desk, monkeypatch)
        outcome = await done(app, desk, request_for(desk, "test"))
        assert len(upstream.seen) == 1
    assert outcome.status is Status.APPLIED
    assert [attempt.status for attempt in outcome.attempts] == [AttemptStatus.OK]
    assert "were not run to their end: the project's own tests do not start (exit code 4)" in outcome.message


async def test_tests_that_no_fault_in_the_target_fails_are_refused(
    open_app: Callable[..., App], desk: Desk, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vague = GOOD.replace("assert weigh(3) == 3", "assert str(weigh(3)) != 'a surprise'")
    _agreed(home)
    async with Upstream(reply=vague) as upstream:
        app = _indexed(open_app, upstream.base_url, desk, monkeypatch)
        outcome = await done(app, desk, request_for(desk, "test"))
    assert outcome.status is Status.PROPOSED
    assert outcome.message.startswith("Not applied: the new tests check nothing: they also pass with each of ")
    assert outcome.change is not None
    assert outcome.change.ran is not None
    assert outcome.change.ran.end is EndOfTests.SURVIVED


async def test_nothing_is_run_and_nobody_asked_in_a_workspace_that_the_editor_does_not_trust(
    open_app: Callable[..., App], desk: Desk, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _agreed(home)
    async with Upstream(reply=BAD) as upstream:
        app = _indexed(open_app, upstream.base_url, desk, monkeypatch)
        _config(home)
        services = app.services
        distrusted = App.of(
            services, services.session_keys(), home / "config.toml", home / "project", origin=Origin("editor")
        )
        distrusted.index(desk.document.uri, 10)
        outcome = await done(distrusted, desk, request_for(desk, "test"))
    assert outcome.status is Status.APPLIED, outcome.message
    assert "running the tests" not in desk.stages
    assert outcome.untested is None


@pytest.mark.parametrize(("agreed", "offered"), [(None, "python -m pytest -q {file}"), (False, None)])
async def test_the_user_is_asked_only_where_no_answer_was_given(
    agreed: bool | None,
    offered: str | None,
    open_app: Callable[..., App],
    desk: Desk,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _agreed(home, bool(agreed))
    if agreed is None:
        consents().path.unlink()
    async with Upstream(reply=BAD) as upstream:
        app = _indexed(open_app, upstream.base_url, desk, monkeypatch)
        outcome = await done(app, desk, request_for(desk, "test"))
        other = await done(app, desk, request_for(desk, "document"))
    assert outcome.status is Status.APPLIED
    assert "running the tests" not in desk.stages
    assert (outcome.untested.shown if outcome.untested else None) == offered
    assert other.untested is None


def test_a_file_of_answers_that_cannot_be_read_allows_nothing(tmp_path: Path) -> None:
    file = tmp_path / "answers.json"
    for text in ("", "[]", '{"/p": 1, "/q": "yes"}', "{"):
        file.write_text(text, "utf-8")
        assert not Consents(file).answers()
    Consents(file).put(tmp_path, True)
    Consents(file).put(tmp_path / "other", False)
    assert Consents(file).answers() == {str(tmp_path.resolve()): True, str(tmp_path.resolve() / "other"): False}
