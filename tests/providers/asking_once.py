"""A process that asks one question of a provider, as `python -m tests.providers.asking_once LEDGER URL`."""

from __future__ import annotations

import asyncio
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from routerd.adapters.ledger import MIGRATIONS
from routerd.adapters.sqlite import Database
from routerd.domain.reply import Reply
from routerd.providers import ProviderState, SharedRefusedFields
from tests.providers.scene import Witness, candidate, engine, outcome, provider


async def main(path: Path, url: str) -> None:
    """Ask, and print how each failed attempt ended."""
    state, observer = ProviderState(), Witness()
    fields = SharedRefusedFields(Database(path, MIGRATIONS, datetime.now(UTC)), time.time)
    asking = engine({"a": provider("a", url)}, refused_fields=fields, provider_state=state)
    assert isinstance(await outcome(asking, candidate("a/m"), observer), Reply)
    await state.close()
    print(*observer.statuses)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
