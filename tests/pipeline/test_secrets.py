"""No secret is ever sent: not of the target, the file around it, its neighbours, its tests, a wish or a staged diff."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from routerd.app.staged_request import staged_request
from routerd.app.workspace import App
from routerd.domain.document import Document
from routerd.domain.outcome import Outcome, Status
from routerd.domain.text import Text
from routerd.domain.verdict import Refusal
from routerd.frontends.cli.explain import lines
from tests import brain
from tests.loopback import Upstream
from tests.pipeline.test_pipeline import Desk, desk, done, home, open_app, request_for
from tests.secret_shapes import kernel, shapes

__all__ = ["desk", "home", "open_app"]  # fixtures

ACTIONS = ("document", "test", "review", "design", "explain", "ask", "fix")
TOKEN = shapes()["github"]
PASSWORD = shapes()["password"].split('"')[1]


def put(desk: Desk, source: str) -> None:
    desk.document = Document(desk.document.uri, 3, "python", Text(source))


def sent(upstream: Upstream) -> str:
    assert upstream.seen
    return "\n".join(json.dumps(seen.body) + json.dumps(seen.headers) for seen in upstream.seen)


async def ask(app: App, desk: Desk, line: int, instruction: str = "rename the constant") -> Outcome:
    app.opened(desk.document)
    return await done(app, desk, request_for(desk, "ask", line=line, column=4, instruction=instruction))


@pytest.mark.parametrize("action", ACTIONS)
async def test_no_action_sends_a_secret_wherever_it_stands(
    open_app: Callable[..., App], desk: Desk, home: Path, action: str
) -> None:
    project, known = home / "project", shapes(7)
    places = random.Random(action).sample(
        [kind for kind, one in known.items() if "\n" not in one and '"' not in one], 5
    )
    around, inside, beside, tested, wished = (known[kind] for kind in places)
    source = (
        f'"""Parcels."""\n\nfrom other import price\n\nKEY = "{around}"\n\n\n'
        f'def weigh(parcel):\n    return price(parcel, "{inside}", KEY)\n'
    )
    put(desk, source)
    (project / "parcel.py").write_text(source)
    (project / "other.py").write_text(f'def price(parcel, key="{beside}"):\n    """Price by {beside}."""\n')
    (project / "tests").mkdir()
    (project / "tests" / "test_parcel.py").write_text(f'KEY = "{tested}"\n\n\ndef test_a():\n    assert KEY\n')
    (project / "pyproject.toml").write_text('[project]\nname = "parcel"\n')
    (project / ".env").write_text(f"TOKEN={tested}\n")
    async with Upstream(reply=brain.reply) as upstream:
        app = open_app(upstream.base_url)
        app.opened(desk.document)
        app.workspace.index(desk.document.uri, lambda: True)
        request = request_for(desk, action, line=7, column=4, instruction=f"why is it not {wished} here")
        outcome = await done(app, desk, request)
        assert outcome.status is not Status.REFUSED, outcome.message
        text = sent(upstream)
    for secret in (around, inside, beside, tested, wished):
        assert kernel(secret) not in text, (places, secret)
    assert outcome.forecast is not None
    assert outcome.forecast.masked


@pytest.mark.parametrize("action", ["document", "test", "review"])
async def test_an_answer_that_repeats_secrets_takes_none_into_the_next_attempts(
    open_app: Callable[..., App], desk: Desk, action: str
) -> None:
    """A rejected answer goes back to the model, and to a better one, with the reason: both without secrets."""
    source = f'KEY = "{TOKEN}"\n\n\ndef weigh(parcel):\n    password = "{PASSWORD}"\n    return parcel, password\n'
    put(desk, source)
    wrong = f"I cannot. Here is the file with {TOKEN}:\n```python\n{source}\n```\nPassword: {PASSWORD}"
    async with Upstream(reply=wrong) as upstream:
        app = open_app(upstream.base_url)
        app.opened(desk.document)
        outcome = await done(app, desk, request_for(desk, action, line=3, column=4, instruction="mend it"))
        assert outcome.status is Status.FAILED, outcome
        assert len(upstream.seen) >= 2
        for secret in (TOKEN, PASSWORD):
            assert kernel(secret) not in sent(upstream)


async def test_a_line_that_the_answer_repeats_keeps_its_secret(open_app: Callable[..., App], desk: Desk) -> None:
    call = f'return login("{PASSWORD}", password="{PASSWORD}", token=TOKEN, a=a)'
    source = f'TOKEN = "{TOKEN}"\n\n\ndef weigh(a):\n    {call}\n'
    put(desk, source)

    def honest(body: Mapping[str, Any]) -> str:
        shown = body["messages"][1]["content"]
        line = next(one for one in shown.splitlines() if "return login" in one)
        assert TOKEN not in shown
        assert PASSWORD not in shown
        assert "MASKED_SECRET_" in line
        return f"<<<<<<< SEARCH\n{line}\n=======\n{line.replace('a=a', 'a=str(a)')}\n>>>>>>> REPLACE"

    async with Upstream(reply=honest) as upstream:
        outcome = await ask(open_app(upstream.base_url), desk, 3, "give it a string")
    assert outcome.status is Status.APPLIED, outcome.message
    assert desk.applied[0].files[0].after.string == source.replace("a=a", "a=str(a)")


@pytest.mark.parametrize("written", ['"MASKED_SECRET_9_"', "KEEP", "(KEEP, KEEP)"])
async def test_a_placeholder_is_never_written_and_a_secret_never_doubled(
    open_app: Callable[..., App], desk: Desk, written: str
) -> None:
    source = f'def weigh(a):\n    return login(token="{TOKEN}", a=a)\n'
    put(desk, source)

    def reply(body: Mapping[str, Any]) -> str:
        line = next(one for one in body["messages"][1]["content"].splitlines() if "return login" in one)
        secret = line.split("token=")[1].split(",")[0]
        new = line.replace("a=a", f"a={written.replace('KEEP', secret)}")
        return f"<<<<<<< SEARCH\n{line}\n=======\n{new}\n>>>>>>> REPLACE"

    async with Upstream(reply=reply) as upstream:
        outcome = await ask(open_app(upstream.base_url), desk, 0)
        text = sent(upstream)
    assert outcome.status is not Status.APPLIED
    assert desk.applied == []
    assert kernel(TOKEN) not in text, "nor is it sent with the reason for which the answer was refused"


async def test_a_file_of_values_is_sent_without_them(open_app: Callable[..., App], desk: Desk, home: Path) -> None:
    path = home / "project" / ".env"
    source = "# shop\nexport HOST=db.internal.corp\nPORT=5432\nPASSWORD='correct horse'\nDEBUG=true\nPIN: 481516\n"
    path.write_text(source)
    desk.document = Document(path.as_uri(), 1, "plaintext", Text(source))
    async with Upstream(reply=brain.reply) as upstream:
        app = open_app(upstream.base_url)
        app.opened(desk.document)
        request = replace(request_for(desk, "ask", line=0, column=0, instruction="add a comment"), whole_file=True)
        await done(app, desk, request)
        text = sent(upstream)
    for value in ("db.internal.corp", "correct horse", "481516"):
        assert value not in text
    assert "PORT=5432" in text
    assert "DEBUG=true" in text


@pytest.mark.parametrize("name", ["id_rsa", "server.key", "a.pem", "b.p12", "master.key"])
async def test_a_file_of_keys_is_not_sent_at_all(
    open_app: Callable[..., App], desk: Desk, home: Path, name: str
) -> None:
    desk.document = Document((home / "project" / name).as_uri(), 1, "plaintext", Text("anything\n"))
    async with Upstream(reply=brain.reply) as upstream:
        request = replace(request_for(desk, "ask", line=0, column=0, instruction="what is it"), whole_file=True)
        outcome = await done(open_app(upstream.base_url), desk, request)
        assert not upstream.seen
    assert outcome.status is Status.REFUSED
    assert "holds keys" in outcome.message


async def test_a_staged_diff_is_sent_without_secrets(open_app: Callable[..., App], desk: Desk, home: Path) -> None:
    project = home / "project"
    (project / ".env").write_text("LETTERS=some plain words\n")
    (project / "a.py").write_text(f'KEY = "{TOKEN}"\n')
    for words in (["init", "-q"], ["add", "-A", "-f"]):
        subprocess.run(["git", *words], cwd=project, check=True)
    async with Upstream(reply=brain.reply) as upstream:
        app = open_app(upstream.base_url)
        request = staged_request(app, "commit", project.as_uri())
        desk.document = request.document
        await done(app, desk, request)
        text = sent(upstream)
    assert kernel(TOKEN) not in text
    assert "plain words" not in text
    assert "The change of .env is not shown" in text


async def test_the_forecast_and_the_explanation_say_what_is_not_sent(open_app: Callable[..., App], desk: Desk) -> None:
    put(desk, f'def weigh(a):\n    return login(token="{TOKEN}", a=a)\n')
    async with Upstream(reply=brain.reply) as upstream:
        app = open_app(upstream.base_url)
        app.opened(desk.document)
        planned = app.plan(request_for(desk, line=0))
        assert not isinstance(planned, Refusal)
        shown = "\n".join(lines("document", planned))
        assert "Not sent: GitHub token; a placeholder stands for each secret, and an edit puts it back." in shown
        assert planned.forecast.masked == ("GitHub token",)
        assert not upstream.seen
