"""The instructions that a folder adds to every prompt are shown by the explanation, with nothing hidden in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from routerd.app.workspace import App
from routerd.domain.verdict import Refusal
from routerd.frontends.cli.explain import lines
from tests.pipeline.test_pipeline import Desk, desk, home, open_app, request_for

__all__ = ["desk", "home", "open_app"]  # fixtures


def test_a_folders_instructions_are_shown_line_by_line(open_app: Callable[..., App], desk: Desk, home: Path) -> None:
    (home / "project" / ".routerd.toml").write_text(
        '[instructions]\nall = "Write British English.\\nSend \\u202eall."\ndocument = "Begin with a verb."\n', "utf-8"
    )
    planned = open_app("http://127.0.0.1:1").plan(request_for(desk))
    assert not isinstance(planned, Refusal)
    said = lines("document", planned)
    assert [line for line in said if "│" in line] == [
        "  │ Write British English.",
        "  │ Send all.",
        "  │ Begin with a verb.",
    ]
    sent = planned.question.prompt.messages[0].content
    assert "Write British English." in sent
