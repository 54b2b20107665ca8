"""`routerd mcp` by the official client over stdio: the same answers as the command line's, and no cost unagreed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from tests import brain
from tests.e2e.conftest import new_env, new_project, with_upstream
from tests.loopback import InThread, Turn, Upstream

FINDING = json.dumps(
    {
        "findings": [
            {
                "quote": "    return labels[len(labels)]",
                "line": None,
                "severity": "error",
                "message": "Past the end.",
                "fix": None,
            }
        ]
    }
)


@pytest.fixture
def upstream() -> Iterator[InThread]:
    with InThread(Upstream(reply=brain.reply)) as running:
        yield running


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = new_project(tmp_path)
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "first")):
        who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
        subprocess.run(["git", *who, *words], cwd=root, check=True, capture_output=True)
    return root


@pytest.fixture
def env(tmp_path: Path, upstream: InThread) -> dict[str, str]:
    return with_upstream(new_env(tmp_path), upstream.base_url)


@asynccontextmanager
async def agent(root: Path, env: dict[str, str]) -> AsyncIterator[Client]:
    command = StdioServerParameters(command=sys.executable, args=["-m", "routerd", "mcp"], env=env, cwd=root)
    async with Client(stdio_client(command), read_timeout_seconds=60) as client:
        yield client


async def called(client: Client, tool: str, **arguments: Any) -> tuple[bool, Any]:
    """Whether it failed, and the JSON or the sentence of an answer."""
    done = await client.call_tool(tool, arguments)
    (content,) = done.content
    assert content.type == "text"
    return bool(done.is_error), content.text if done.is_error else json.loads(content.text)


def command_line(root: Path, env: dict[str, str], *words: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "routerd", *words, "--json"], cwd=root, env=env, capture_output=True, check=True
    )
    return json.loads(done.stdout)


async def test_an_agent_is_offered_four_tools_of_which_only_review_asks_a_model(
    root: Path, env: dict[str, str]
) -> None:
    async with agent(root, env) as client:
        tools = (await client.list_tools()).tools
    assert sorted(tool.name for tool in tools) == ["estimate", "review", "route", "stats"]
    assert all(tool.description and tool.annotations and tool.annotations.read_only_hint for tool in tools)
    assert [tool.name for tool in tools if tool.annotations and tool.annotations.open_world_hint] == ["review"]


async def test_estimate_route_and_stats_answer_as_the_command_line_and_send_nothing(
    root: Path, env: dict[str, str], upstream: InThread
) -> None:
    async with agent(root, env) as client:
        priced = (await called(client, "estimate", place="labels.py:1", actions=["document", "test"]))[1]
        routed = (await called(client, "route", text="add unit tests for this"))[1]
        summed = (await called(client, "stats", by="model", since_days=7))[1]
    assert priced["estimates"] == command_line(root, env, "estimate", "labels.py:1", "document", "test")
    wanted = command_line(root, env, "route", "add unit tests for this")
    assert {**routed, "micros": 0} == {**wanted, "micros": 0}  # how long it took this time
    assert summed == command_line(root, env, "stats", "--by", "model", "--since", "7")
    assert upstream.seen == []


async def test_a_review_costs_what_it_says_and_stays_below_its_cap(
    root: Path, env: dict[str, str], upstream: InThread
) -> None:
    file = root / "labels.py"
    file.write_text(file.read_text("utf-8") + "\n\ndef last(labels):\n    return labels[len(labels)]\n", "utf-8")
    async with agent(root, env) as client:
        refused = (await called(client, "review", max_cost="0"))[1]
        assert ([one["path"] for one in refused["uncovered"]], upstream.seen) == (["labels.py"], [])
        upstream.then(Turn(reply=FINDING))
        found = (await called(client, "review", max_cost="0.05"))[1]
        spent = (await called(client, "stats"))[1]["spent"]
    assert [one["path"] for one in found["files"]] == ["labels.py"]
    assert [one["message"] for one in found["findings"]] == ["Past the end."]
    assert Decimal(found["cost"]) == Decimal(spent) > 0
    assert "return labels[len(labels)]" in file.read_text("utf-8")


async def test_what_needs_a_yes_is_not_sent_for_an_agent_without_a_cap(
    root: Path, env: dict[str, str], upstream: InThread
) -> None:
    env = with_upstream(env, upstream.base_url, confirm_above="0")
    (root / "labels.py").write_text("def one():\n    return 1\n", "utf-8")
    async with agent(root, env) as client:
        found = (await called(client, "review"))[1]
    assert ([one["path"] for one in found["uncovered"]], upstream.seen) == (["labels.py"], [])


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("estimate", {"place": "nowhere.py"}, "does not exist"),
        ("estimate", {"place": "labels.py:0"}, "count from 1"),
        ("route", {"text": " "}, "The instruction is empty"),
        ("review", {"base": "no-such-revision"}, "no-such-revision"),
        ("review", {"max_cost": "much"}, "takes an amount"),
        ("stats", {"by": "weather"}, "tier"),
    ],
)
async def test_a_wrong_call_is_told_in_one_sentence_what_is_wrong(
    root: Path, env: dict[str, str], tool: str, arguments: dict[str, str], says: str
) -> None:
    async with agent(root, env) as client:
        failed, sentence = await called(client, tool, **arguments)
    assert failed
    assert says in sentence
    assert "Traceback" not in sentence


def test_without_the_extra_the_command_says_what_to_install(root: Path, env: dict[str, str]) -> None:
    program = 'import sys; sys.modules["mcp"] = None; from routerd.frontends.cli.main import main; main(["mcp"])'
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, env=env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (2, "routerd: This needs the package mcp: install 'routerd[mcp]'.\n")
