"""The reply cache, by one suite for both adapters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from routerd.adapters.ledger import MIGRATIONS
from routerd.adapters.postgres import Postgres
from routerd.adapters.reply_cache import SqliteReplyCache
from routerd.adapters.shared_replies import PostgresReplyCache
from routerd.adapters.sqlite import Database
from routerd.domain.answer_ports import ReplyCache
from routerd.domain.settings import Cache
from tests.shared_ledger.ledgers import NOON

Settings = list[Cache]


@pytest.fixture(params=["sqlite", "postgres"])
def caches(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[ReplyCache, ReplyCache, Settings]:
    """Those of two processes, and the settings of both."""
    settings = [Cache()]
    if request.param == "sqlite":
        one, two = (Database(tmp_path / "ledger.db", MIGRATIONS, NOON) for _ in range(2))
        return SqliteReplyCache(one, lambda: settings[0]), SqliteReplyCache(two, lambda: settings[0]), settings
    connect: Callable[[], Postgres] = request.getfixturevalue("connect")
    first, second = connect(), connect()
    caches = PostgresReplyCache(first, lambda: settings[0]), PostgresReplyCache(second, lambda: settings[0])
    return *caches, settings


async def test_an_answer_of_one_process_is_found_by_another(caches: tuple[ReplyCache, ReplyCache, Settings]) -> None:
    one, two, _ = caches
    assert await one.find("k", NOON) is None
    one.put("k", "first", NOON)
    one.put("k", "second", NOON)
    assert one.get("k", NOON) == "second"
    assert await two.find("k", NOON) == "second"
    one.drop("k")
    assert one.get("k", NOON) is None
    assert await two.find("k", NOON) is None


async def test_an_answer_expires(caches: tuple[ReplyCache, ReplyCache, Settings]) -> None:
    one, _, settings = caches
    one.put("k", "text", NOON)
    assert await one.find("k", NOON + timedelta(seconds=settings[0].ttl_s)) == "text"
    assert await one.find("k", NOON + timedelta(seconds=settings[0].ttl_s + 1)) is None


async def test_beyond_its_size_the_oldest_go(caches: tuple[ReplyCache, ReplyCache, Settings]) -> None:
    one, _, settings = caches
    settings[0] = replace(settings[0], max_mb=1)
    for n in range(60):
        one.put(f"k{n}", "x" * 50_000, NOON + timedelta(seconds=n))
        assert one.get(f"k{n}", NOON) is not None, "the newest is there"
    assert one.get("k0", NOON) is None


async def test_switched_off_it_answers_nothing(caches: tuple[ReplyCache, ReplyCache, Settings]) -> None:
    one, _, settings = caches
    one.put("k", "text", NOON)
    assert one.get("k", NOON) == "text"
    settings[0] = replace(settings[0], enabled=False)
    assert await one.find("k", NOON) is None
    assert one.get("k", NOON) is None
