"""Tests that a model wrote are run where the user wants it: failing ones escalate, or are only proposed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from routerd.app.workspace import App
from routerd.domain.attempt import AttemptStatus
from routerd.domain.outcome import Status
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
