"""`routerd audit` without a file: it finds what coding agents wrote at their usual places, in each one's own format.

The rows are those that the programs wrote for one question before a model on loopback (Codex 0.171, Gemini CLI 0.61,
opencode 1.18, Continue CLI 1.5), without what is not read.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from routerd.audit import Logs, default_places
from routerd.domain.model import ModelRef
from routerd.frontends.cli.audit import audit
from routerd.providers.usage import read_usage
from tests.home import at_home

ASKED = "Say hello to the parcels"
USED = {"input_tokens": 5014, "cached_input_tokens": 1000, "output_tokens": 28, "reasoning_output_tokens": 20}
PRICES = '[models.auto]\ninput = "3"\noutput = "15"\n[models."gemini-2.5-pro"]\ninput = "1"\noutput = "10"\n'


def lines(*rows: dict[str, Any]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def item(role: str, text: str) -> dict[str, Any]:
    content = [{"type": "input_text", "text": text}]
    return {"type": "response_item", "payload": {"type": "message", "role": role, "content": content}}


def told(total: int) -> dict[str, Any]:
    info = {"total_token_usage": {"total_tokens": total}, "last_token_usage": USED}
    return {"type": "event_msg", "payload": {"type": "token_count", "info": info}}


CODEX = lines(
    {"type": "session_meta", "payload": {"session_id": "s"}},
    item("developer", "<skills_instructions>"),
    item("user", "<environment_context>\n <cwd>/p</cwd>\n</environment_context>"),
    {"type": "turn_context", "payload": {"turn_id": "t", "model": "auto"}},
    item("user", ASKED),
    {"type": "token_usage_record", "payload": {"response_id": "resp_1", "usage": USED}},
    told(5042),
)
OLDER_CODEX = lines(
    {"type": "session_meta", "payload": {"id": "s"}},
    {"type": "turn_context", "payload": {"model": "gpt-5-codex"}},
    item("user", ASKED),
    told(5042),
    told(5042),
    told(10_084),
)
GEMINI_USED = {"input": 1234, "output": 8, "cached": 200, "thoughts": 20, "tool": 0, "total": 1262}
GEMINI_ROWS: list[dict[str, Any]] = [
    {"id": "1", "type": "user", "content": [{"text": ASKED}]},
    {"id": "2", "type": "gemini", "content": "Hello.", "tokens": None, "model": "gemini-2.5-pro"},
    {"id": "2", "type": "gemini", "content": "Hello.", "tokens": GEMINI_USED, "model": "gemini-2.5-pro"},
    {"id": "2", "type": "gemini", "content": "Hello.", "tokens": GEMINI_USED, "model": "gemini-2.5-pro"},
]
HEAD = {"sessionId": "s", "projectHash": "h", "kind": "main"}
GEMINI = lines(
    HEAD, {"$set": {"messages": [{"type": "user", "content": [{"text": "<session_context>"}]}]}}, *GEMINI_ROWS
)
CONTINUE_USED = {"prompt_tokens": 326, "completion_tokens": 8, "total_tokens": 334, "model": "auto", "cost_cents": 0}
CONTINUE = json.dumps(
    {
        "sessionId": "s",
        "history": [
            {"message": {"role": "user", "content": ASKED}, "contextItems": []},
            {"message": {"role": "assistant", "content": "Hello.", "usage": CONTINUE_USED}, "contextItems": []},
        ],
    },
    indent=2,
)
CLAUDE = lines(
    {"type": "user", "sessionId": "s", "timestamp": "1", "message": {"role": "user", "content": ASKED}},
    {
        "type": "assistant",
        "sessionId": "s",
        "timestamp": "2",
        "message": {"id": "m", "model": "auto", "role": "assistant", "usage": {"input_tokens": 9, "output_tokens": 8}},
    },
)
AIDER = f"#### {ASKED}\n> Model: openai/auto with whole edit format\nHello.\n> Tokens: 2.5k sent, 8 received.\n"


def opencode(path: Path) -> None:
    used = {"total": 2422, "input": 2194, "output": 8, "reasoning": 20, "cache": {"write": 0, "read": 200}}
    answer = {"role": "assistant", "cost": 0, "tokens": used, "modelID": "auto", "providerID": "routerd"}
    with closing(sqlite3.connect(path)) as made, made:
        made.execute("CREATE TABLE message (id, session_id, time_created, data)")
        made.execute("CREATE TABLE part (message_id, data)")
        rows = [("m1", "s", 1, json.dumps({"role": "user"})), ("m2", "s", 2, json.dumps(answer))]
        made.executemany("INSERT INTO message VALUES (?, ?, ?, ?)", rows)
        parts = [("m1", {"type": "text", "text": f'"{ASKED}"'}), ("m2", {"type": "step-start"})]
        made.executemany("INSERT INTO part VALUES (?, ?)", [(name, json.dumps(part)) for name, part in parts])


def written(text: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(text, encoding="utf-8")


PLACES: dict[str, tuple[str, Callable[[Path], object]]] = {
    "claude": (".claude/projects/-p/s.jsonl", written(CLAUDE)),
    "codex": (".codex/sessions/2026/11/28/rollout-2026-11-28T11-14-34-01a2.jsonl", written(CODEX)),
    "gemini": (".gemini/tmp/p/chats/session-2026-11-28T11-19-5994fe09.jsonl", written(GEMINI)),
    "opencode": (".local/share/opencode/opencode.db", opencode),
    "continue": (".continue/sessions/21f37a26-e4cd-48f8-b2c5-869136d29a76.json", written(CONTINUE)),
    "aider": (".aider.chat.history.md", written(AIDER)),
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    at_home(tmp_path, monkeypatch)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    for name in ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "CONTINUE_GLOBAL_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / ".local" / "share"))
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    (tmp_path / "routerd.toml").write_text(PRICES, encoding="utf-8")
    return tmp_path


def leave(home: Path, client: str) -> None:
    """What a program leaves at its usual place."""
    path, write = PLACES[client]
    (home / path).parent.mkdir(parents=True, exist_ok=True)
    write(home / path)


@pytest.mark.parametrize("client", PLACES)
def test_each_program_is_found_read_and_told_how_to_set_up(
    client: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leave(home, client)
    assert audit(config=home / "routerd.toml") == 0
    out, told_so = capsys.readouterr()
    text = " ".join(out.split())
    assert "1 log below" in " ".join(told_so.split())
    assert "1 request cost $" in text
    assert "Through the gateway this would have cost $" in text
    assert text.endswith(f"'routerd http env {'CLIENT' if client == 'gemini' else client}'.")


def test_all_together_are_one_sum_and_nothing_is_an_error(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for client in PLACES:
        leave(home, client)
    assert audit(as_json=True, config=home / "routerd.toml") == 0
    shape = json.loads(capsys.readouterr().out)
    assert shape["requests"] == len(PLACES)
    assert {row["words"] for row in shape["rows"]} == {ASKED}
    assert shape["unpriced"] == 0


def usage_of(text: str) -> list[tuple[ModelRef, tuple[int, int, int, int]]]:
    read = Logs()
    assert read.read(text.splitlines(keepends=True))
    calls = [call for one in read.requests() for call in one.calls]
    used = [(call.model, read_usage(call.usage).usage) for call in calls]
    return [(model, (usage.input, usage.cached_input, usage.output, usage.reasoning)) for model, usage in used]


def test_each_answer_counts_once_with_its_cache_and_its_reasoning() -> None:
    auto, codex = ModelRef("openai", "auto"), ModelRef("openai", "gpt-5-codex")
    once = (4014, 1000, 8, 20)
    assert usage_of(CODEX) == [(auto, once)], "not once more by its event"
    assert usage_of(CODEX + CODEX) == [(auto, once)], "a resumed session repeats it"
    assert usage_of(OLDER_CODEX) == [(codex, once)] * 2, "an event that only repeats its total is no answer"
    gemini = [(ModelRef("google", "gemini-2.5-pro"), (1034, 200, 8, 20))]
    assert usage_of(GEMINI) == gemini
    assert usage_of(json.dumps({**HEAD, "messages": GEMINI_ROWS}, indent=2)) == gemini, "as an older version wrote it"
    assert usage_of(CONTINUE) == [(auto, (326, 0, 8, 0))]


def test_folders_that_a_variable_names_are_looked_into() -> None:
    elsewhere = {"CODEX_HOME": "/c", "CLAUDE_CONFIG_DIR": "/d", "XDG_DATA_HOME": "/x", "CONTINUE_GLOBAL_DIR": "/n"}
    places = default_places(Path("/h"), Path("/p"), elsewhere)
    begins = {place.program: Path(place.patterns[0]).as_posix()[:3] for place in places}
    assert begins == {
        "Claude Code": "/d/",
        "Codex": "/c/",
        "Gemini CLI": "/h/",
        "aider": "/p/",
        "opencode": "/x/",
        "Continue": "/n/",
    }
