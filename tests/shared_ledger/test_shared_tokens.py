"""Tokens in either database, by one suite; in PostgreSQL all replicas see the same ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from routerd.adapters.ledger import MIGRATIONS, SharedTokens, SqliteTokens
from routerd.adapters.postgres import Postgres, ServerAddress
from routerd.adapters.sqlite import Database
from routerd.app.gateway_tokens import KNOWN_S, GatewayTokens, added
from routerd.app.http_tokens import HttpTokens
from routerd.app.times import now
from routerd.domain.errors import LedgerError
from routerd.domain.gateway_token import Holder, TokenStore, digest_of


@pytest.fixture(params=["sqlite", "postgres"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], TokenStore]:
    """Makes a store as another process has it, over the same database."""
    if request.param == "sqlite":
        return lambda: SqliteTokens(Database(tmp_path / "ledger.db", MIGRATIONS, now()))
    connect: Callable[[], Postgres] = request.getfixturevalue("connect")
    return lambda: SharedTokens(connect())


def test_what_one_process_adds_and_revokes_the_others_see(stores: Callable[[], TokenStore]) -> None:
    mine, other = stores(), stores()
    first, token = added(mine, Holder("ci", "ada", "engine", "core"), 1.5)
    second, _ = added(other, Holder("", None, "engine"), 2.5)
    assert mine.all() == other.all() == (first, second)
    digest = digest_of(token)
    assert digest is not None
    assert other.find(digest) == first
    assert other.find(b"\0" * 32) is None
    assert other.revoke(first.number, 3.5)
    found = mine.find(digest)
    assert found is not None
    assert found.revoked == 3.5
    assert not mine.revoke(first.number, 4.5), "it is revoked already"
    assert not mine.revoke("nobody", 4.5)
    assert [row.revoked for row in mine.all()] == [3.5, None]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def replica(store: TokenStore, file: Path, clock: Clock) -> GatewayTokens:
    return GatewayTokens(HttpTokens(file), lambda: store, clock)


async def test_replicas_refuse_a_revoked_token_within_the_bound(
    stores: Callable[[], TokenStore], tmp_path: Path
) -> None:
    clock, mine = Clock(), stores()
    replicas = [replica(stores(), tmp_path / f"{number}.json", clock) for number in range(3)]
    row, token = added(mine, Holder("", "ada"), 1.0)
    assert [await one.holder(token) for one in replicas] == [Holder("", "ada")] * 3
    mine.revoke(row.number, 2.0)
    clock.now += KNOWN_S
    assert [await one.holder(token) for one in replicas] == [None] * 3


def test_the_server_holds_no_token(database_url: str, connect: Callable[[], Postgres]) -> None:
    _, token = added(SharedTokens(connect()), Holder("", "ada"), 1.0)
    with psycopg.connect(database_url) as connection:
        ((row,),) = connection.execute("SELECT tokens::text FROM tokens").fetchall()
    assert token.removeprefix("routerd_") not in row


def test_a_server_that_is_away_is_a_fault_and_no_wrong_token(tmp_path: Path) -> None:
    store = SharedTokens(Postgres(ServerAddress(f"postgresql://routerd@/x?host={tmp_path}")))
    with pytest.raises(LedgerError):
        store.find(b"\0" * 32)
