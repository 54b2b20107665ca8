"""`routerd prices` lists what the tiers' models cost, who says so, and marks what is old."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from routerd.app.times import now
from routerd.domain.money import Price
from routerd.frontends.cli.main import main
from tests.home import at_home

CONFIG = """
[tiers]
utility = "openai/gpt-4o-mini"
speed = "deepseek/deepseek-chat"
logic = "openai/no-such-model"
architect = "own/large"
[providers.own]
base_url = "http://127.0.0.1:9/v1"
api_key = { env = "TEST_KEY" }
[models."own/large"]
input = "3.00"
output = "15.00"
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    at_home(tmp_path / "home", monkeypatch)
    for name in ("TEST_KEY", "OPENAI_API_KEY", "DEEPSEEK_API_KEY"):
        monkeypatch.setenv(name, "never-sent")
    (tmp_path / "config.toml").write_text(CONFIG)
    return ["--config", str(tmp_path / "config.toml")]


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_each_model_has_its_price_its_source_and_its_date(
    config: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("prices", "--json", *config) == 0
    rows = {row["tier"]: row for row in json.loads(capsys.readouterr().out)}
    assert (rows["utility"]["input"], rows["utility"]["output"]) == ("0.15", "0.6")
    assert rows["utility"]["source"].startswith("genai-prices")
    assert rows["architect"]["source"] == "config"
    assert rows["logic"]["input"] is None
    assert rows["logic"]["older_than_90_days"] is None


@pytest.mark.parametrize(("days", "old"), [(0, False), (90, False), (91, True), (None, None)])
def test_what_was_checked_more_than_90_days_ago_is_marked(days: int | None, old: bool | None) -> None:
    today = now().date()
    checked = None if days is None else (today - timedelta(days=days)).isoformat()
    assert Price(Decimal(1), Decimal(2), checked=checked).stale(today) is old


def test_for_people_an_unknown_price_names_the_way_to_set_it(
    config: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("prices", *config) == 0
    printed = capsys.readouterr()
    assert "$0.15" in printed.out
    assert '[models."openai/no-such-model"]' in printed.err
