"""`routerd demo` as a newcomer runs it: without a key, the same each time, and nothing of the paid part stays."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from routerd.frontends.cli.demo_model import DemoModel
from tests.e2e.raw_editor import RawEditor

MONEY = r"\$([\d.]+)"


def demo(env: Mapping[str, str], folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "routerd", "demo"], env=env, cwd=folder, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    assert done.stderr == b""
    return done.stdout.decode()


def test_it_shows_prices_a_refused_answer_an_escalation_and_a_bill_within_what_was_shown(
    env: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "anywhere"
    folder.mkdir()
    whole = demo(env | {"HTTP_PROXY": "http://127.0.0.1:9"}, folder)
    _, found, said = whole.partition("With a key")
    assert found
    for action in ("document", "test", "review", "design"):
        (row,) = re.findall(rf"^{action} .*→.*$", said, re.M)
        ((likely, low, most),) = re.findall(rf"≈ {MONEY} +{MONEY}–.* {MONEY}$", row)
        assert Decimal(low) < Decimal(most)
        assert Decimal(likely) < Decimal(most)
    assert "attempt 1  utility → deepseek-v3: refused: the tests define 'parse_header' again" in said
    assert "attempt 2  logic → gpt-4o: accepted" in said
    assert "attempt 3" not in said
    paid = [Decimal(amount) for amount in re.findall(rf"out: {MONEY}", said)]
    (shown,) = re.findall(rf"bill +{MONEY} \(shown before: ≈ {MONEY}, at most {MONEY}\)", said)
    bill, likely, most = map(Decimal, shown)
    assert abs(sum(paid) - bill) < Decimal("0.0001")
    assert likely < bill < most
    assert "claude-3-5-sonnet, asked at once: ≈ $" in said
    assert "+++ b/test_labels.py" in said
    assert "+def test_empty_header_is_an_error():" in said
    assert len(said.splitlines()) < 60
    assert demo(env, folder).endswith(said), "it says the same each time"
    assert list(folder.iterdir()) == []


async def test_what_its_models_cost_is_not_booked_as_the_users_own(env: dict[str, str], tmp_path: Path) -> None:
    await asyncio.to_thread(demo, env, tmp_path)
    async with RawEditor(env, tmp_path) as editor:
        found = await editor.request("workspace/executeCommand", {"command": "routerd.stats", "arguments": []})
    assert (found["attempts"], found["spent"]) == (4, "0"), "the actions of the built-in engine"


def test_its_models_listen_on_this_machine_alone() -> None:
    with DemoModel(str) as model:
        assert model.base_url.startswith("http://127.0.0.1:")
