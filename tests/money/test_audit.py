"""Past work in the logs of other tools: every request once, at its cost, and at what the tiers would have cost."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from routerd.audit import Logged, read_log
from routerd.domain.model import ModelRef
from routerd.frontends.cli.main import main
from routerd.providers.usage import read_usage
from tests.home import at_home

CONFIG = """
[tiers]
utility = "cheap/small"
speed = "cheap/small"
logic = "dear/large"
architect = "dear/large"
[providers.cheap]
base_url = "http://127.0.0.1:9/v1"
api_key = { env = "TEST_KEY" }
[providers.dear]
base_url = "http://127.0.0.1:9/v1"
api_key = { env = "TEST_KEY" }
[models."cheap/small"]
input = "0.20"
output = "0.60"
[models."dear/large"]
input = "3.00"
output = "15.00"
[models."claude-sonnet-4-5"]
input = "3.00"
output = "15.00"
cached_input = "0.30"
cache_write = "3.75"
[models."gpt-4o"]
input = "2.50"
output = "10.00"
"""


def lines(*rows: dict[str, Any]) -> str:
    return "\n".join(json.dumps(row) for row in rows)


def said(text: object) -> dict[str, Any]:
    return {"type": "user", "message": {"role": "user", "content": text}}


def answered(identity: str, **usage: int) -> dict[str, Any]:
    return {"type": "assistant", "message": {"id": identity, "model": "claude-sonnet-4-5", "usage": usage}}


CLAUDE_CODE = lines(
    {"type": "summary", "summary": "A session"},
    said("write unit tests for parse_header"),
    answered("msg_1", input_tokens=1_000, cache_creation_input_tokens=0, cache_read_input_tokens=0, output_tokens=1),
    answered("msg_1", input_tokens=1_000, cache_creation_input_tokens=0, cache_read_input_tokens=0, output_tokens=100),
    said([{"type": "tool_result", "tool_use_id": "t", "content": "ok"}]),
    answered("msg_2", input_tokens=10, cache_creation_input_tokens=0, cache_read_input_tokens=1_000, output_tokens=50),
    said([{"type": "text", "text": "design the architecture of a distributed job queue across our services"}]),
    answered("msg_3", input_tokens=2_000, output_tokens=900),
    {"type": "assistant", "message": {"id": "x", "model": "<synthetic>", "usage": {"input_tokens": 0}}},
)
AIDER_ANALYTICS = lines(
    {"event": "launched", "properties": {}, "time": 1},
    {
        "event": "message_send",
        "properties": {"main_model": "gpt-4o", "prompt_tokens": 4_000, "completion_tokens": 200, "cost": 0.012},
        "time": 2,
    },
)
AIDER_HISTORY = """
# aider chat started at 2026-11-20 10:00:00

> Main model: gpt-4o with diff edit format
#### add docstrings to utils.py

Sure.

> Tokens: 4.2k sent, 310 received. Cost: $0.01 message, $0.01 session.
#### /tokens
"""
GATEWAY = lines(
    {
        "request": {"model": "gpt-4o", "messages": [{"role": "user", "content": "add docstrings to this file"}]},
        "response": {"usage": {"prompt_tokens": 1_000, "completion_tokens": 100}},
    },
    {"level": "info", "message": "restarted"},
    {
        "model": "openai/gpt-4o",
        "messages": [{"role": "user", "content": "rename the variable"}],
        "usage": {"prompt_tokens": 500, "completion_tokens": 20},
    },
)


def outputs(logged: Logged) -> list[int]:
    return [call.usage["output_tokens"] for call in logged.calls]


def test_a_session_of_claude_code_is_one_request_for_each_thing_said_and_no_answer_is_counted_twice() -> None:
    tests, design = read_log(CLAUDE_CODE.splitlines())
    assert tests.words == "write unit tests for parse_header"
    assert tests.model == ModelRef("anthropic", "claude-sonnet-4-5")
    assert outputs(tests) == [100, 50]
    assert outputs(design) == [900]


def test_aiders_history_and_analytics_and_a_gateways_requests_are_read() -> None:
    (sent,) = read_log(AIDER_ANALYTICS.splitlines())
    assert (sent.words, sent.calls[0].cost) == ("", Decimal("0.012"))
    (asked,) = read_log(AIDER_HISTORY.splitlines())
    assert (asked.words, asked.calls[0].cost) == ("add docstrings to utils.py", Decimal("0.01"))
    usage = read_usage(asked.calls[0].usage).usage
    assert (usage.all_input, usage.output) == (4_200, 310)
    first, second = read_log(GATEWAY.splitlines())
    assert first.words == "add docstrings to this file"
    assert second.model == ModelRef("openai", "gpt-4o")


@pytest.mark.parametrize("text", ["", "just some text\n", '{"a": 1}\n{"b": 2}', "[1, 2]"])
def test_what_is_no_log_holds_no_request(text: str) -> None:
    assert read_log(text.splitlines()) == ()


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    at_home(tmp_path / "home", monkeypatch)
    monkeypatch.setenv("TEST_KEY", "never-sent")
    (tmp_path / "config.toml").write_text(CONFIG)
    found = []
    for name, text in {
        "session.jsonl": CLAUDE_CODE,
        "analytics.jsonl": AIDER_ANALYTICS,
        ".aider.chat.history.md": AIDER_HISTORY,
        "gateway.jsonl": GATEWAY,
    }.items():
        (tmp_path / name).write_text(text, "utf-8")
        found.append(str(tmp_path / name))
    return ["audit", *found, "--config", str(tmp_path / "config.toml")]


def run(arguments: list[str]) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_the_audit_says_what_it_cost_and_would_have_cost(logs: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*logs, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    tests, design, silent, *_ = found["rows"]
    # 1,010 fresh at $3, 1,000 read at $0.30, 150 out at $15
    assert Decimal(tests["cost"]) == Decimal("0.00558")
    assert (tests["tier"], tests["instead"], tests["action"]) == ("utility", "cheap/small", "test")
    assert Decimal(tests["would_cost"]) < Decimal(tests["cost"]) / 5
    assert (design["tier"], design["instead"]) == ("architect", "dear/large")
    assert silent["tier"] is None
    assert silent["would_cost"] == silent["cost"] == "0.012"
    assert (found["requests"], found["unclassified"], found["unpriced"]) == (6, 1, 0)
    rows = found["rows"]
    assert Decimal(found["cost"]) == sum(Decimal(row["cost"]) for row in rows)
    assert Decimal(found["saved"]) == Decimal(found["cost"]) - sum(Decimal(row["would_cost"]) for row in rows)


def test_for_people_the_uncertain_part_is_named(logs: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(logs) == 0
    out = capsys.readouterr().out
    assert "6 requests cost" in out
    assert "Without words in the log: 1 request, counted at what they cost" in out
    assert "are not in this sum" in out


def test_a_file_that_is_no_log_is_a_usage_error_that_says_what_to_give(
    logs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    assert run(["audit", str(tmp_path / "notes.txt")]) == 2
    assert "give a session of Claude Code" in capsys.readouterr().err
