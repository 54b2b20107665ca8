"""`@file` and `@symbol` in the user's own words: sent, priced, and refused where they may not go; refined answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.app.workspace import App
from routerd.domain.project import Project
from routerd.domain.text import Text
from routerd.domain.verdict import Refusal
from routerd.pipeline.plan import Plan
from routerd.steps.gather.mentions import mentions, offered
from routerd.system.uris import path_of
from tests import brain
from tests.loopback import Turn, Upstream
from tests.pipeline.test_pipeline import Desk, desk, done, home, open_app, request_for

__all__ = ["desk", "home", "open_app"]  # fixtures

HELP = """\
class Scale:
    def zero(self) -> int:
        return 0


def measure(n: int) -> int:
    return n
"""


def folder(desk: Desk) -> Path:
    path = path_of(desk.document.uri)
    assert path is not None
    return path.parent


def indexed(open_app: Callable[..., App], desk: Desk, base_url: str = "http://127.0.0.1:9/v1") -> App:
    (folder(desk) / "pyproject.toml").write_text("[project]\n")
    (folder(desk) / "scales.py").write_text(HELP)
    app = open_app(base_url)
    app.opened(desk.document)
    app.index(desk.document.uri, 20)
    return app


def plan_of(app: App, desk: Desk, words: str) -> Plan:
    planned = app.plan(request_for(desk, "ask", instruction=words))
    assert isinstance(planned, Plan)
    return planned


@pytest.mark.parametrize(
    ("mention", "sent"),
    [
        ("@scales.py", HELP),
        ("@measure", "def measure(n: int)"),
        ("@Scale.zero", "def zero(self)"),
        ("@zero", "def zero"),
    ],
)
def test_what_is_mentioned_is_sent_and_priced(
    open_app: Callable[..., App], desk: Desk, mention: str, sent: str
) -> None:
    app = indexed(open_app, desk)
    without, planned = plan_of(app, desk, "do it as there"), plan_of(app, desk, f"do it as in {mention}.")
    (snippet,) = [one for one in planned.question.context if one.kind == "mentioned"]
    assert (snippet.path, snippet.reason) == ("scales.py", f"mentioned as {mention}")
    assert sent in planned.question.prompt.messages[1].content
    assert planned.question.prompt.input_tokens >= without.question.prompt.input_tokens + snippet.tokens
    assert planned.forecast.likely is not None
    assert without.forecast.likely is not None
    assert planned.forecast.likely > without.forecast.likely


@pytest.mark.parametrize("words", ["mail to me@scales.py", "the decorator @cache", "`@scales.py`", "x/@scales.py", "@"])
def test_what_names_nothing_of_the_project_is_a_word_like_any_other(
    open_app: Callable[..., App], desk: Desk, words: str
) -> None:
    app = indexed(open_app, desk)
    assert not [one for one in plan_of(app, desk, words).question.context if one.kind == "mentioned"]


@pytest.mark.parametrize("name", ["id_rsa", "server.pem"])
def test_a_file_of_keys_is_refused_and_nothing_is_sent(open_app: Callable[..., App], desk: Desk, name: str) -> None:
    (folder(desk) / name).write_text("-----BEGIN PRIVATE KEY-----\nMIIE\n")
    app = indexed(open_app, desk)
    planned = app.plan(request_for(desk, "ask", instruction=f"look at @{name}"))
    if isinstance(planned, Plan):  # the index knows no such file, so it is a word
        assert "MIIE" not in str(planned.question.prompt.messages)
    else:
        assert planned.message.startswith("Nothing was sent")


def test_a_secret_in_a_mentioned_file_is_masked(open_app: Callable[..., App], desk: Desk) -> None:
    token = "ghp_" + "aB3dE5gH7jK9mN1pQ3sT5vX7zA9cE1gI3kM5"
    app = indexed(open_app, desk)
    (folder(desk) / "scales.py").write_text(f'TOKEN = "{token}"\n')
    planned = plan_of(app, desk, "as in @scales.py")
    assert "TOKEN" in planned.question.prompt.messages[1].content
    assert token not in str(planned.question.prompt.messages)


def test_a_file_that_went_is_said(open_app: Callable[..., App], desk: Desk) -> None:
    app = indexed(open_app, desk)
    (folder(desk) / "scales.py").unlink()
    planned = app.plan(request_for(desk, "ask", instruction="as in @scales.py"))
    assert isinstance(planned, Refusal)
    assert planned.message == "Nothing was sent: @scales.py does not exist any more."


def test_what_is_offered_begins_with_what_is_typed(open_app: Callable[..., App], desk: Desk) -> None:
    project = indexed(open_app, desk).workspace.project(desk.document.uri)
    assert [one.name for one in offered("sca", project)] == ["Scale", "scales.py", "Scale.zero"]
    assert [one.name for one in offered("ZERO", project)] == ["Scale.zero"]
    assert offered("nothing_here", project) == ()


@given(st.text(max_size=60))
def test_no_words_mention_what_is_not_there(words: str) -> None:
    assert mentions(words, Project("file:///p", ("a.py", "b/c.py"))) == tuple(
        one for one in mentions(words, Project("file:///p", ("a.py", "b/c.py"))) if f"@{one.name}" in words
    )


async def test_a_refinement_goes_on_with_the_conversation_and_the_same_model(
    open_app: Callable[..., App], desk: Desk
) -> None:
    async with Upstream([Turn(reply=brain.reply), Turn(reply=brain.reply)]) as upstream:
        app = indexed(open_app, desk, upstream.base_url)
        first = await done(app, desk, request_for(desk, "ask", instruction="rename the parcel"))
        assert first.answer is not None
        asked = replace(request_for(desk, "ask", instruction="shorter, as in @measure"), refines=first.answer)
        planned = app.plan(asked)
        assert isinstance(planned, Plan)
        assert planned.forecast.likely is not None
        await done(app, desk, asked)
    one, two = (seen.body for seen in upstream.seen)
    count = len(one["messages"])
    assert two["messages"][:count] == one["messages"], "what was sent stands first, so that it is cached"
    assert [message["role"] for message in two["messages"][count:]] == ["assistant", "user"]
    assert two["model"] == one["model"]
    last = two["messages"][-1]["content"]
    assert last.startswith("shorter, as in @measure\n\nAnswer again in full")
    assert "def measure(n: int)" in last
    await app.disconnect()


@pytest.mark.parametrize("answer", ["nobody-gave-this", "x" * 64])
def test_what_nobody_answered_cannot_be_refined(open_app: Callable[..., App], desk: Desk, answer: str) -> None:
    planned = indexed(open_app, desk).plan(replace(request_for(desk, "ask", instruction="shorter"), refines=answer))
    assert isinstance(planned, Refusal)
    assert planned.message.startswith("There is no answer of a model here")


async def test_the_target_is_sent_again_where_it_is_another_by_now(open_app: Callable[..., App], desk: Desk) -> None:
    async with Upstream([Turn(reply=brain.reply)] * 3) as upstream:
        app = indexed(open_app, desk, upstream.base_url)
        request = request_for(desk, "ask", instruction="rename the parcel")
        first = await done(app, desk, request)
        assert first.answer is not None
        again = replace(request, instruction="shorter", refines=first.answer)
        await done(app, desk, again)
        text = Text(desk.document.text.string.replace("return", "return  # changed\n    return", 1))
        await done(app, desk, replace(again, document=replace(desk.document, text=text), instruction="longer"))
    then, now = (seen.body["messages"][-1]["content"] for seen in upstream.seen[1:])
    assert then == "shorter\n\nAnswer again in full, for the target as it was before your answer."
    assert now.startswith("longer\n\nAnswer again in full, for the target as it is by now.\n\nTarget, ")
    await app.disconnect()
