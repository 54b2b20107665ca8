"""What a provider refused is known after a restart, for 30 days or until its settings change."""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from routerd.adapters.ledger import MIGRATIONS
from routerd.adapters.sqlite import Database
from routerd.domain.model import ModelRef
from routerd.domain.settings import Quirks
from routerd.providers import SharedRefusedFields
from routerd.providers.refused_fields import KEPT_S
from tests.loopback import Upstream
from tests.providers.scene import provider, run

MODEL = ModelRef("a", "m")


async def asked(path: Path, url: str) -> str:
    """How a new process fared with its one question."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.providers.asking_once", str(path), url),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    told, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    return told.decode().strip()


@pytest.mark.parametrize("refused", ["max_tokens", "stream_options"])
def test_a_refused_field_is_left_out_after_a_restart(tmp_path: Path, refused: str) -> None:
    path = tmp_path / "ledger.db"

    async def main() -> None:
        async with Upstream(rejects=[refused]) as upstream:
            assert await asked(path, upstream.base_url) == "bad_request"
            assert await asked(path, upstream.base_url) == ""
            assert [refused in call.body for call in upstream.seen] == [True, False, False]
            where = provider("a", upstream.base_url)
        database = Database(path, MIGRATIONS, datetime.now(UTC))
        now = time.time()
        (known,) = SharedRefusedFields(database, lambda: now).of(where)
        assert (known.model, known.fields) == (MODEL, (refused,))
        later = SharedRefusedFields(database, lambda: now + KEPT_S)
        assert later.quirks(MODEL, where) == where.quirks
        assert later.of(where) == ()
        moved = replace(where, base_url="http://127.0.0.1:1/v1")
        assert SharedRefusedFields(database, lambda: now).quirks(MODEL, moved) == moved.quirks
        assert SharedRefusedFields(database, lambda: now).of(moved) == ()
        database.close()

    run(main())


def test_what_was_refused_before_is_kept_with_what_is_refused_now(tmp_path: Path) -> None:
    database = Database(tmp_path / "ledger.db", MIGRATIONS, datetime.now(UTC))
    fields, where = SharedRefusedFields(database, time.time), provider("a", "http://127.0.0.1:1/v1")
    fields.refused(MODEL, where, {"max_tokens_field": "max_completion_tokens"})
    fields.refused(MODEL, where, {"stream_options": False})
    expected = Quirks(max_tokens_field="max_completion_tokens", stream_options=False)
    assert fields.quirks(MODEL, where) == expected
    database.close()


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "{}", '{"stream_options": "no"}', '{"sends_done": false}', "[" * 9_999]
)
def test_what_another_program_wrote_there_changes_nothing(tmp_path: Path, text: str) -> None:
    database = Database(tmp_path / "ledger.db", MIGRATIONS, datetime.now(UTC))
    fields, where = SharedRefusedFields(database, time.time), provider("a", "http://127.0.0.1:1/v1")
    fields.refused(MODEL, where, {"stream_options": False})
    with database.transaction() as run_one:
        run_one("UPDATE refused_fields SET quirks = ?", (text,))
    assert fields.quirks(MODEL, where) == where.quirks
    database.close()
