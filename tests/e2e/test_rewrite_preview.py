"""A rewrite in a plain client: its diff in a file, a question, and nothing applied without a yes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests import brain
from tests.e2e.conftest import CODE, with_upstream
from tests.e2e.raw_editor import CAPABILITIES, Json, RawEditor
from tests.e2e.test_stdio import request_for
from tests.e2e.test_upstream import command
from tests.loopback import Upstream

QUESTION = "window/showMessageRequest"


async def rewritten(env: dict[str, str], project: Path, answer: Any, capabilities: Json) -> tuple[str, list[str], str]:
    """The text after a fix asked for with the plain command, each diff that was shown, and the last message."""
    shown: list[str] = []

    def asked(params: Json) -> Any:
        path = Path(params["message"].rpartition(" is in ")[2].rstrip("."))
        shown.append(path.read_text("utf-8"))
        return answer

    async with (
        Upstream(reply=brain.reply) as upstream,
        RawEditor(with_upstream(env, upstream.base_url), project, capabilities) as editor,
    ):
        uri = editor.open(project / "labels.py")
        editor.handlers[QUESTION] = asked
        await command(editor, "routerd.run", request_for(uri, "fix", instruction="An empty name is no error."))
        if answer and answer["title"] == "Apply":
            await editor.until("$/progress", lambda params: params["value"]["kind"] == "end")
        else:
            await editor.until("window/showMessage")
        told = [params["message"] for method, params in editor.told if method == "window/showMessage"]
        return editor.texts[uri], shown, told[-1] if told else ""


@pytest.mark.parametrize("answer", [None, {"title": "Discard"}, {"title": "something else"}])
async def test_without_a_yes_nothing_is_applied_and_the_paid_text_is_kept(
    env: dict[str, str], project: Path, answer: Json | None
) -> None:
    text, shown, told = await rewritten(env, project, answer, CAPABILITIES)
    assert text == CODE
    assert len(shown) == 1
    assert "\n+" in shown[0]
    assert "Not applied: nobody agreed to its diff" in told


async def test_with_a_yes_the_diff_that_was_shown_is_applied(env: dict[str, str], project: Path) -> None:
    text, shown, _ = await rewritten(env, project, {"title": "Apply"}, CAPABILITIES)
    assert text != CODE
    added = [line[1:] for line in shown[0].splitlines() if line.startswith("+") and not line.startswith("+++")]
    assert added
    assert all(line in text.splitlines() for line in added)


async def test_documentation_that_only_adds_lines_is_applied_without_a_question(
    env: dict[str, str], project: Path
) -> None:
    async with (
        Upstream(reply=brain.reply) as upstream,
        RawEditor(with_upstream(env, upstream.base_url), project) as editor,
    ):
        uri = editor.open(project / "labels.py")
        await command(editor, "routerd.run", request_for(uri, "document"))
        await editor.until("workspace/applyEdit")
        assert QUESTION not in [method for method, _ in editor.asked]
        assert '"""Do what parse_header does."""' in editor.texts[uri]
