"""What each person, team and project spent, in either ledger, on the command line and on the report page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from routerd.adapters.postgres import Postgres
from routerd.domain.settings import Budget
from routerd.domain.stats import StatsKey
from routerd.frontends.cli.spending import report, stats
from tests.home import at_home
from tests.shared_ledger.ledgers import NOON, Ledgers, OnPostgres, OnSqlite, booking

SPENT = (
    ("ada", "core", "engine", "0.5"),
    ("ada", "core", "engine", "0.25"),
    ("ada", "core", "notes", "0.125"),
    ("bob <b>", "core", "engine", "0.0625"),
    ("eve", "sales", "notes", "0.03"),
)


def sums(key: int) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for row in SPENT:
        found[row[key]] = found.get(row[key], Decimal(0)) + Decimal(row[3])
    return found


def fill(ledgers: Ledgers) -> None:
    for number, (person, team, project, cost) in enumerate(SPENT):
        book = ledgers(Budget(), person, project, team)
        book.book(booking(f"{number}", cost), NOON + timedelta(seconds=number), last=True)
        ledgers.settle(book)


@pytest.fixture(params=["sqlite", "postgres"])
def ledgers(request: pytest.FixtureRequest, tmp_path: Path) -> Ledgers:
    if request.param == "sqlite":
        return OnSqlite(tmp_path / "ledger.db")
    connect: Callable[[], Postgres] = request.getfixturevalue("connect")
    return OnPostgres(connect)


def test_sums_by_person_team_and_project_are_those_of_the_rows(ledgers: Ledgers) -> None:
    fill(ledgers)
    book = ledgers(Budget(), "ada", "engine")
    for at, key in enumerate((StatsKey.PERSON, StatsKey.TEAM, StatsKey.PROJECT)):
        rows = book.totals_by(key, None)
        assert {row.key: row.spent for row in rows} == sums(at)
        assert [row.spent for row in rows] == sorted((row.spent for row in rows), reverse=True)  # type: ignore[type-var]  # known
        assert sum(row.requests for row in rows) == len(SPENT)
        since = book.totals_by(key, NOON + timedelta(seconds=3))
        assert sum(row.requests for row in since) == 2


def test_the_page_and_the_command_show_them_of_the_shared_ledger(
    database_url: str,
    connect: Callable[[], Postgres],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fill(OnPostgres(connect))
    at_home(tmp_path, monkeypatch)
    config = tmp_path / "config.toml"
    config.write_text(f'[ledger]\nurl = "{database_url}"\n', "utf-8")
    for by, at in (("person", 0), ("user", 0), ("team", 1), ("project", 2)):
        capsys.readouterr()
        assert stats(by=by, as_json=True, config=config) == 0
        told = json.loads(capsys.readouterr().out)
        assert {row["key"]: Decimal(row["spent"]) for row in told["rows"]} == sums(at)
    out = tmp_path / "report.html"
    assert report(out=out, config=config) == 0
    html = out.read_text("utf-8")
    (team,) = re.findall(r'<section id="team">(.*?)</section>', html, re.DOTALL)
    names = [re.findall(r"<tr><td>([^<]*)</td>", table) for table in re.findall(r"<table>(.*?)</table>", team)]
    assert names == [["engine", "notes"], ["ada", "bob &lt;b&gt;", "eve"]]
