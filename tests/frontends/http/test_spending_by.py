"""What agents spent through the gateway, by session and client, as `stats` and the report page show it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from routerd.app.times import now
from routerd.domain.stats import StatsKey
from routerd.frontends.cli.spending import report, stats
from routerd.frontends.stats_shape import totals_json
from tests.frontends.http.running import configuration, running
from tests.loopback import Turn, Upstream, usages

ASKED: dict[str, Any] = {
    "model": "speed",
    "messages": [{"role": "system", "content": "You are terse. " * 20}, {"role": "user", "content": "hello " * 50}],
    "tools": [{"type": "function", "function": {"name": "look", "description": "It looks. " * 20, "parameters": {}}}],
}


async def test_sessions_have_their_dollars_cached_share_and_share_of_tools_and_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    configured = '[budget]\ndaily = "0.0008"\n'
    async with (
        Upstream(otherwise=Turn(usage=usages.half_cached)) as upstream,
        running(tmp_path, monkeypatch, configuration({"a": upstream}, configured)) as gateway,
    ):
        for session in ("one", "one", "two"):
            status, _, text = await gateway.post(
                "/v1/chat/completions", ASKED | {"max_tokens": 20}, {"x-session-id": session, "user-agent": "agent/1"}
            )
            assert status == 200, text
        rows = gateway.app.ledger.totals_by(StatsKey.SESSION, None)
        shape = totals_json(StatsKey.SESSION, gateway.app.stats(None), rows)["rows"]
        assert [(row["key"], row["requests"]) for row in shape] == [("one", 2), ("two", 1)]
        counted = gateway.rows()
        part = sum(row["tools_input"] + row["system_input"] for row in counted[:2])
        whole = sum(row["counted_input"] for row in counted[:2])
        assert 0.3 < shape[0]["tools_and_system_share"] < 0.9
        assert shape[0]["tools_and_system_share"] == round(part / whole, 4)
        assert 0.45 < shape[0]["cached_share"] <= 0.5
        (client,) = gateway.app.ledger.totals_by(StatsKey.CLIENT, None)
        assert client.key == "agent"
        limits = gateway.app.ledger.limits(now())
        assert isinstance(limits, tuple)
        warned = bool(limits[0].warning)
    capsys.readouterr()
    assert stats(by="session", config=tmp_path / "routerd.toml") == 0
    out, err = capsys.readouterr()
    assert "tools, system" in out
    assert f"{part / whole:.0%}" in out
    assert ("daily budget" in err) is warned
    page = tmp_path / "report.html"
    assert report(out=page, config=tmp_path / "routerd.toml") == 0
    html = page.read_text("utf-8")
    assert 'id="agents"' in html
    assert "<td>one</td><td>2</td>" in html
    assert "a/test-model" in html, "the baseline has its name"


async def test_budgets_of_which_most_is_spent_warn_in_stats_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with Upstream() as upstream:
        asked = {"model": "speed", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 10}
        async with running(tmp_path, monkeypatch, configuration({"a": upstream})) as gateway:
            status, _, _ = await gateway.post("/v1/chat/completions", asked)
            assert status == 200
            (row,) = gateway.rows()
        dollars = f"{row['cost'] / 10**12 * 1.1:.9f}"
        file = tmp_path / "limited.toml"
        file.write_text(configuration({"a": upstream}, f'[budget]\ndaily = "{dollars}"\n'), encoding="utf-8")
        capsys.readouterr()
        assert stats(config=file) == 0
        told = " ".join(capsys.readouterr().err.split())
        assert "91% of the daily budget of" in told
