"""One PostgreSQL server for the tests of a process, and a database of its own for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from routerd.adapters.postgres import Postgres, ServerAddress
from tests.shared_ledger.server import Server, running_server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with running_server() as made:
        yield made


@pytest.fixture
def database_url(server: Server) -> str:
    name = server.create_database()
    return server.url_of(name)


@pytest.fixture
def connect(database_url: str) -> Iterator[Callable[[], Postgres]]:
    opened: list[Postgres] = []

    def one() -> Postgres:
        opened.append(Postgres(ServerAddress(database_url)))
        return opened[-1]

    yield one
    for postgres in opened:
        postgres.close()
