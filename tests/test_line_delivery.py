"""What the end of the line may do by itself: one file at a time, whole answers only, under the right title."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from routerd.app import App
from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.model import ModelRef
from routerd.domain.money import Usage
from routerd.domain.outcome import Status
from routerd.domain.reply import Finish, Reply
from routerd.domain.text import Text
from routerd.domain.tier import Tier
from routerd.domain.verdict import Refusal, Rejected
from routerd.judge import Judge
from tests import brain
from tests.test_line import SOURCE, Desk, desk, done, home, open_app, wish
from tests.upstream import Upstream

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
        outcome = await done(app, desk, wish(desk, "ask", instruction="raise the limit", whole_file=True))
    assert outcome.status is Status.PROPOSED, outcome.message
    assert outcome.message == "Not applied: it changes 2 files, so look at it first and apply what you want."
    assert outcome.change is not None
    assert len(outcome.change.files) == 2
    assert not desk.applied
    assert (home / "project" / "other.py").read_text("utf-8") == "LIMIT = 10\n"


async def test_rewriting_documentation_says_so(open_app: Callable[..., App], desk: Desk) -> None:
    documented = SOURCE.replace("    return min", '    """Old words."""\n    return min')
    desk.document = replace(desk.document, text=Text(documented))
    async with Upstream(reply=brain.reply) as upstream:
        app = open_app(upstream.base_url)
        outcome = await done(app, desk, wish(desk, replace=True))
    assert outcome.status is Status.APPLIED
    assert outcome.message.startswith("Rewrite the documentation of `weigh`: done by")


async def test_an_answer_without_a_whole_finish_is_refused_whatever_it_says(
    open_app: Callable[..., App], desk: Desk
) -> None:
    async with Upstream(reply=brain.reply) as upstream:
        app = open_app(upstream.base_url)
        planned = app.plan(wish(desk))
        assert not isinstance(planned, Refusal)
        places = app._places  # no provider ends like this on purpose
        judge = Judge(places.grammar, places.workspace, places.runner, places.worker, None)
    attempt = Attempt(ModelRef("p", "m"), Tier.UTILITY, AttemptStatus.OK, Usage(), None, 1)
    text = '<doc name="weigh">\nDo it.\n</doc>'
    verdicts = {finish: await judge.verdict(Reply(text, finish, attempt), planned.question) for finish in Finish}
    assert not isinstance(verdicts.pop(Finish.STOP), Rejected)
    assert all(isinstance(verdict, Rejected) for verdict in verdicts.values())
