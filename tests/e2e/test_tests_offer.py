"""An editor is asked once in each project whether new tests may be run, and its user's answer holds from then on."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import with_upstream
from tests.e2e.raw_editor import CAPABILITIES, SILENCE, Json, RawEditor
from tests.loopback import Upstream

SOURCE = "def weigh(parcel):\n    return min(parcel, 10)\n"
REPLY = "```python\nfrom parcel import weigh\n\n\ndef test_light():\n    assert weigh(3) == 3\n```"
QUESTION = "window/showMessageRequest"


@pytest.fixture
def pytested(tmp_path: Path) -> Path:
    root = tmp_path / "pytested"
    root.mkdir()
    (root / "parcel.py").write_text(SOURCE, "utf-8")
    (root / "pytest.ini").write_text("[pytest]\n", "utf-8")
    return root


async def outcome_of(editor: RawEditor, root: Path, holds: Callable[[Json], bool]) -> Json:
    """The first outcome like that: the project is indexed, and an answer is kept, in the background."""
    uri = editor.open(root / "parcel.py")
    at = {"start": {"line": 0, "character": 4}, "end": {"line": 0, "character": 4}}
    async with asyncio.timeout(30):
        while True:
            argument = {"action": "test", "uri": uri, "range": at, "apply": False}
            found: Json = await editor.request("routerd/run", argument)
            if holds(found):
                return found


def questions(editor: RawEditor) -> list[str]:
    return [params["message"] for method, params in editor.asked if method == QUESTION]


async def test_the_user_is_asked_once_and_agrees_by_one_answer(env: dict[str, str], pytested: Path) -> None:
    async with Upstream(reply=REPLY) as upstream:
        settings = with_upstream(env, upstream.base_url) | {"VIRTUAL_ENV": sys.prefix}
        async with RawEditor(settings, pytested) as editor:
            editor.handlers[QUESTION] = lambda _: {"title": "Run them"}
            found = await outcome_of(editor, pytested, lambda outcome: outcome["tests"] is not None)
            assert found["tests"] == {"end": "passed", "reason": None}
            assert found["untested"] is None
            (question,) = questions(editor)
            assert "'python -m pytest -q {file}'" in question
            assert "'pytested'" in question
        async with RawEditor(settings, pytested) as later:
            await outcome_of(later, pytested, lambda outcome: outcome["tests"] is not None)
            assert questions(later) == []
    assert sorted(path.name for path in pytested.iterdir()) == ["parcel.py", "pytest.ini"]


@pytest.mark.parametrize("answer", [{"title": "Never here"}, None])
async def test_a_no_is_kept_and_so_is_a_question_that_was_closed(
    answer: Json | None, env: dict[str, str], pytested: Path
) -> None:
    async with Upstream(reply=REPLY) as upstream:
        settings = with_upstream(env, upstream.base_url)
        async with RawEditor(settings, pytested) as editor:
            editor.handlers[QUESTION] = lambda _: answer
            await outcome_of(editor, pytested, lambda outcome: outcome["untested"] is not None)
            await editor.until(QUESTION)
            await outcome_of(editor, pytested, lambda outcome: outcome["untested"] is None)
            found = await outcome_of(editor, pytested, lambda _: True)
            assert found["tests"] is None
            assert len(questions(editor)) == 1


async def test_in_a_workspace_that_the_editor_does_not_trust_nobody_is_asked(
    env: dict[str, str], pytested: Path
) -> None:
    distrusting = {**CAPABILITIES, "experimental": {"routerd": {"untrusted": True}}}
    async with Upstream(reply=REPLY) as upstream:
        settings = with_upstream(env, upstream.base_url)
        async with RawEditor(settings, pytested) as trusting:  # which shows when the project is indexed
            trusting.handlers[QUESTION] = lambda _: SILENCE
            await outcome_of(trusting, pytested, lambda outcome: outcome["untested"] is not None)
        async with RawEditor(settings, pytested, distrusting) as editor:
            for _ in range(3):
                found = await outcome_of(editor, pytested, lambda _: True)
                assert (found["tests"], found["untested"]) == (None, None)
            assert questions(editor) == []
