"""Each attempt in the ledger says where it came from, and what is not known is unknown."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.adapters.ledger import MIGRATIONS, Budgets, LedgerWriter, SqliteLedger
from routerd.adapters.sqlite import Database
from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.booking import Booking
from routerd.domain.model import ModelRef
from routerd.domain.money import Usage
from routerd.domain.origin import Origin
from routerd.domain.settings import Budget
from routerd.domain.stats import StatsKey
from routerd.domain.tier import Tier
from routerd.domain.verdict import Refusal
from routerd.frontends.stats_shape import stats_json, totals_json
from tests.reserving import reserve

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MODEL = ModelRef("n1n", "some-model")
EDITOR = Origin(client="Neovim", session="s1")
GATEWAY = Origin("http", "claude", "s2", "t1", "sub", "elsewhere")


@pytest.fixture
def database() -> Iterator[Database]:
    opened = Database(None, MIGRATIONS, NOON)
    yield opened
    opened.close()


def booking(job: str, cost: str | None = "0.01", origin: Origin | None = None) -> Booking:
    amount = None if cost is None else Decimal(cost)
    attempt = Attempt(MODEL, Tier.UTILITY, AttemptStatus.OK, Usage(1000, output=200), amount, 12)
    return Booking(job, "document", "python", attempt, None, 900, 100, None, origin=origin)


def test_a_row_has_the_origin_of_its_request_else_that_of_the_session(database: Database) -> None:
    book = SqliteLedger(database, Budget, "/p", EDITOR)
    book.book(booking("a"), NOON)
    book.book(replace(booking("b", origin=GATEWAY), tools_input=300, system_input=40), NOON)
    SqliteLedger(database, Budget).book(booking("c", origin=GATEWAY), NOON)
    columns = "job, frontend, client, session, turn, agent, project, tools_input, system_input"
    assert database.read(f"SELECT {columns} FROM attempts ORDER BY job") == [
        ("a", "editor", "Neovim", "s1", None, None, "/p", None, None),
        ("b", "http", "claude", "s2", "t1", "sub", "/p", 300, 40),
        ("c", "http", "claude", "s2", "t1", "sub", "elsewhere", None, None),
    ]


def test_rows_of_an_older_ledger_have_an_unknown_origin(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    old = Database(path, MIGRATIONS[:5], NOON)
    old.close()
    with sqlite3.connect(path) as connection:
        connection.execute(
            "INSERT INTO attempts (at, job, action, language, tier, provider, model, status, input, cached_input,"
            " cache_write, output, reasoning, usage_estimated, cost, counted_input, prior_output, ms, cached)"
            " VALUES (?, 'old', 'test', 'go', 'logic', 'n1n', 'm', 'ok', 5, 0, 0, 7, 0, 0, 10, 5, 7, 1, 0)",
            (NOON.timestamp(),),
        )
    connection.close()
    database = Database(path, MIGRATIONS, NOON)
    book = SqliteLedger(database, Budget, "/p", EDITOR)
    book.book(booking("new"), NOON)
    for key, names in ((StatsKey.CLIENT, {None, "Neovim"}), (StatsKey.SESSION, {None, "s1"})):
        assert {row.key: row.requests for row in book.totals_by(key, None)} == dict.fromkeys(names, 1)
    database.close()


def test_the_sums_by_every_key_add_up(database: Database) -> None:
    book = SqliteLedger(database, Budget)
    for n, origin in enumerate((EDITOR, GATEWAY, EDITOR, Origin("terminal"))):
        book.book(booking(f"{n}", f"0.0{n + 1}", origin), NOON)
    for key in StatsKey:
        rows = book.totals_by(key, None)
        assert sum(row.spent for row in rows if row.spent is not None) == Decimal("0.10")
        assert sum(row.requests for row in rows) == 4
    by_client = {row.key: row.spent for row in book.totals_by(StatsKey.CLIENT, None)}
    assert by_client == {"Neovim": Decimal("0.04"), "claude": Decimal("0.02"), None: Decimal("0.04")}


def test_a_sum_of_which_nothing_is_known_is_null_in_every_shape(database: Database) -> None:
    book = SqliteLedger(database, Budget)
    nothing = stats_json(book.stats(None, UTC))
    assert (nothing["spent"], nothing["saved"]) == ("0", "0")
    book.book(booking("a", None), NOON)
    stats = book.stats(None, UTC)
    shape = stats_json(stats)
    assert [shape[name] for name in ("spent", "saved", "baseline")] == [None, None, None]
    assert shape["price"] == {"spent": "price unknown", "saved": "unknown"}
    assert (shape["models"][0]["cost"], shape["models"][0]["price"]) == (None, "price unknown")
    assert (shape["days"][0]["cost"], shape["acceptance"][0]["cost"]) == (None, None)
    (row,) = totals_json(StatsKey.CLIENT, stats, book.totals_by(StatsKey.CLIENT, None))["rows"]
    assert (row["key"], row["spent"], row["saved"]) == (None, None, None)


def test_a_session_budget_limits_one_session_and_no_other(database: Database) -> None:
    writer = LedgerWriter(database)
    budgets = Budgets(Budget(session=Decimal("0.10")))
    one, two = (SqliteLedger(writer, lambda: budgets, "/p", Origin(session=name)) for name in ("one", "two"))
    one.book(booking("a", "0.06"), NOON.replace(year=2025))
    assert reserve(one, "b", Decimal("0.03"), NOON) is None
    refused = reserve(one, "c", Decimal("0.02"), NOON)
    assert isinstance(refused, Refusal)
    assert "session budget of $0.10 is used up: $0.06 spent, $0.03 held" in refused.message
    assert "Raise budget.session, or begin a new session." in refused.message
    assert reserve(two, "d", Decimal("0.10"), NOON) is None
    asked = two.reserve("e", Decimal("0.02"), Decimal("0.02"), NOON, Origin(session="one"))
    assert isinstance(asked, Refusal), "a request's own session counts, not that of the connection"


@given(st.text(alphabet=st.characters(), max_size=300))
def test_any_name_that_a_client_gives_itself_can_be_stored_and_found(name: str) -> None:
    database = Database(None, MIGRATIONS, NOON)
    book = SqliteLedger(database, lambda: Budget(session=Decimal("0.01")), "", Origin(client=name, session=name))
    book.book(booking("a", "0.01"), NOON)
    (row,) = book.totals_by(StatsKey.CLIENT, None)
    assert row.key is None or 0 < len(row.key) <= 200
    assert (reserve(book, "b", Decimal("0.01"), NOON) is None) == (row.key is None)
    database.close()
