"""The check of a shared ledger for `routerd doctor`: whether its server answers, and in how many milliseconds."""

from __future__ import annotations

import asyncio
import time

from routerd.adapters.config import KeyReader
from routerd.adapters.postgres import Postgres, ServerAddress
from routerd.domain.errors import LedgerError
from routerd.domain.ledger_settings import LedgerSettings


async def shared_ledger_words(settings: LedgerSettings) -> tuple[bool, str] | None:
    """Whether the server can be used, and a sentence; ``None`` where none is configured."""
    if settings.url is None:
        return None
    source, reader = settings.password, KeyReader()
    address = ServerAddress(
        settings.url, lambda: None if source is None else reader.secret("the shared ledger", source)
    )
    return await asyncio.to_thread(_asked, Postgres(address, connections=1))


def _asked(postgres: Postgres) -> tuple[bool, str]:
    try:
        postgres.read("SELECT 1")
        began = time.perf_counter()
        ((people,),) = postgres.read("SELECT COUNT(DISTINCT name) FROM budgets WHERE scope = 'person'")
        ms = (time.perf_counter() - began) * 1000
        return True, f"answers in {ms:.1f} ms; it counts what {people} people spend"
    except LedgerError as fault:
        return False, str(fault)
    finally:
        postgres.close(1.0)
