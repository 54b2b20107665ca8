"""Work for a document begins once its typing pauses, in the time of a loop whose clock jumps."""

from __future__ import annotations

import asyncio

import pytest

from routerd.frontends.lsp.pauses import PAUSE_S, Pauses
from tests.faults.virtual import VirtualLoop, run

FILE, OTHER = "file:///a.py", "file:///b.py"


def test_a_burst_of_typing_is_one_pause() -> None:
    async def typing(loop: VirtualLoop) -> None:
        done: dict[str, float] = {}
        pauses = Pauses(lambda uri: done.setdefault(uri, loop.time() - began))
        began = loop.time()
        for _ in range(5):
            pauses.typed(FILE)
            await asyncio.sleep(PAUSE_S / 2)
        pauses.typed(OTHER)
        await asyncio.sleep(PAUSE_S * 3)
        assert done == pytest.approx({FILE: PAUSE_S * 3, OTHER: PAUSE_S * 3.5})

    run(typing)


def test_a_closed_document_is_left_alone() -> None:
    async def closing(loop: VirtualLoop) -> None:
        done: list[str] = []
        pauses = Pauses(done.append)
        pauses.typed(FILE)
        pauses.end(FILE)
        pauses.end(FILE)
        await asyncio.sleep(PAUSE_S * 2)
        assert not done

    run(closing)
