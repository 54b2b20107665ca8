"""Failures and failovers out of the ledger: who failed, who answered instead, what it cost, and how it is shown."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from platformdirs import user_data_path

from routerd.adapters.ledger import MIGRATIONS, SqliteLedger
from routerd.adapters.sqlite import Database
from routerd.app.times import now
from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.booking import Booking
from routerd.domain.model import ModelRef
from routerd.domain.money import Usage
from routerd.domain.settings import Budget
from routerd.domain.stats import Failovers, FailuresOf, Move, Rescues
from routerd.domain.tier import Tier
from routerd.frontends.stats_shape import rescued, stats_json
from tests.home import at_home
from tests.money.diary import Diary
from tests.money.test_audit import run

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass
class Book:
    """Jobs written as ``a/m:rate_limited utility, b/m:ok utility``, each attempt at a tenth of a cent."""

    ledger: SqliteLedger
    jobs: int = 0

    def job(self, written: str) -> None:
        self.jobs += 1
        for one in written.split(", "):
            call, tier = one.split()
            model, status = call.split(":")
            cost = Decimal("0.001")
            attempt = Attempt(ModelRef.parse(model), Tier(tier), AttemptStatus(status), Usage(1, output=1), cost, 1)
            self.ledger.book(Booking(f"j{self.jobs}", "document", "python", attempt, None, 1, 1, None), NOON)


@pytest.fixture
def book() -> Book:
    return Book(SqliteLedger(Database(None, MIGRATIONS, NOON), Budget))


def found(book: Book) -> Failovers:
    return book.ledger.stats(None, UTC).failovers


def test_a_job_that_another_deployment_of_its_tier_answered_was_saved_by_failover(book: Book) -> None:
    book.job("a/m:rate_limited utility, b/m:ok utility")
    assert found(book) == Failovers(
        (FailuresOf("a/m", "rate_limited", 1, Decimal("0.001"), 1, 0, 1, 0, 0),),
        (Move("a/m", "b/m", False, 1, 1),),
        Rescues(failed_over=1, cost=Decimal("0.001")),
    )


def test_a_refused_answer_that_a_better_tier_fixed_was_saved_by_escalation(book: Book) -> None:
    book.job("a/m:rejected utility, a/m:rejected utility, a/large:ok logic")
    (row,) = found(book).rows
    assert (row.attempts, row.jobs, row.escalated, row.cost) == (2, 1, 1, Decimal("0.002"))
    assert found(book).moves == (Move("a/m", "a/large", True, 1, 1),)
    assert found(book).jobs == Rescues(escalated=1, cost=Decimal("0.002"))


def test_the_same_deployment_that_answers_later_was_a_retry_and_no_move(book: Book) -> None:
    book.job("a/m:server_error utility, a/m:ok utility")
    assert found(book).jobs.retried == 1
    assert found(book).moves == ()


def test_a_chain_counts_once_as_a_job_and_each_of_its_steps_as_a_move(book: Book) -> None:
    book.job("a/m:timeout utility, b/m:network utility, a/large:truncated logic, b/large:ok logic")
    assert found(book).jobs == Rescues(escalated=1, cost=Decimal("0.003"))
    ends = {row.deployment: (row.failed_over, row.escalated) for row in found(book).rows}
    assert ends == {"a/m": (0, 1), "b/m": (0, 1), "a/large": (1, 0)}
    assert [(move.source, move.target, move.answered) for move in found(book).moves] == [
        ("a/large", "b/large", 1),
        ("a/m", "b/m", 0),
        ("b/m", "a/large", 0),
    ]


def test_what_nobody_answered_is_lost_and_what_the_user_cancelled_is_counted_apart(book: Book) -> None:
    book.job("a/m:credential utility, b/m:server_error utility")
    book.job("a/m:rate_limited utility, b/m:cancelled utility")
    book.job("a/m:ok utility")
    assert found(book).jobs == Rescues(cancelled=1, lost=1, cost=Decimal("0.004"))
    assert {row.lost for row in found(book).rows} == {1}


def test_over_many_jobs_every_count_adds_up() -> None:
    ledger = SqliteLedger(Database(None, MIGRATIONS, NOON), Budget)
    Diary(ledger, NOON - timedelta(days=40)).write()
    stats = ledger.stats(None, UTC)
    rows, jobs = stats.failovers.rows, stats.failovers.jobs
    assert sum(row.attempts for row in rows) == sum(count for _, count in stats.failures)
    for row in rows:
        assert row.jobs == row.retried + row.failed_over + row.escalated + row.lost <= row.attempts
    assert sum((row.cost for row in rows if row.cost is not None), Decimal(0)) == jobs.cost
    assert jobs.saved + jobs.cancelled + jobs.lost <= stats.actions
    assert all(move.answered <= move.times for move in stats.failovers.moves)
    assert json.loads(json.dumps(stats_json(stats)))["failovers"]["jobs"]["failed_over"] == jobs.failed_over


def test_in_one_sentence() -> None:
    assert rescued(Rescues()) == "Every attempt was answered."
    assert rescued(Rescues(1, 2, 3, 4, 5, Decimal("0.02"))) == (
        "6 jobs were saved after a failure (1 by a retry, 2 by failover to another deployment, 3 by escalation to a "
        "better model), 4 cancelled, 5 lost; attempts without an answer cost $0.02."
    )


@pytest.mark.parametrize("columns", ["60", "80", "120", None])
def test_stats_cut_no_number_on_any_screen_nor_in_a_file(
    columns: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    at_home(tmp_path, monkeypatch)
    monkeypatch.delenv("COLUMNS", raising=False)
    if columns:
        monkeypatch.setenv("COLUMNS", columns)
    database = Database(user_data_path("routerd", False) / "ledger.db", MIGRATIONS, now())
    ledger = SqliteLedger(database, Budget)
    Diary(ledger, now() - timedelta(days=40)).write()
    stats = ledger.stats(None, UTC)
    database.close()
    assert run(["stats"]) == 0
    out = capsys.readouterr().out
    assert "…" not in out
    for model in stats.models:
        assert f"{model.usage.all_input:,}" in out
    assert rescued(stats.failovers.jobs) in out
    if columns is None:
        assert "n1n/deepseek-v3: rate limited" in out
        assert max(map(len, out.partition("actions,")[0].splitlines())) > 80, "a file is no screen: nothing folds"
