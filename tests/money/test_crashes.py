"""Ten processes, two thousand reservations and kill -9: the ledger holds what the upstream billed, exactly."""

from __future__ import annotations

import multiprocessing
import random
import threading
from datetime import UTC, timedelta
from decimal import Decimal
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from routerd.domain.money import Usage, cost
from tests.loopback import InThread, Seen, Turn, Upstream
from tests.loopback.turns import Body
from tests.money.daemon import NOON, PRICE, answer, open_ledger, work
from tests.reserving import reserve

WORKERS, JOBS_EACH, KILLS = 10, 200, 20


class Daemons:
    """Worker processes that are killed while their deadly request is under way, or a moment later, and replaced."""

    def __init__(self, path: Path, deadly: frozenset[int]) -> None:
        self._path, self._deadly, self.port = path, deadly, 0
        self._context = multiprocessing.get_context("spawn")
        self._running: dict[int, BaseProcess] = {}
        self._delays = random.Random(4)

    def start(self, first: int) -> None:
        worker, end = first // JOBS_EACH, (first // JOBS_EACH + 1) * JOBS_EACH
        jobs = range(first, end)
        process = self._context.Process(target=work, args=(self._path, self.port, jobs, self._deadly), daemon=True)
        process.start()
        self._running[worker] = process

    def reply(self, body: Body) -> str:
        """The upstream's answer, on whose way a daemon dies."""
        job = int(body["job"])
        if job in self._deadly:
            # From at once, which is in the middle of the request, to when it was booked and released.
            delay_s = self._delays.choice((0.0, 0.0, 0.001, 0.003, 0.01, 0.05))
            process = self._running[job // JOBS_EACH]
            process.kill() if not delay_s else threading.Timer(delay_s, process.kill).start()
        return answer(job)

    def see_through(self) -> list[int]:
        """Wait for all work; the jobs that were their daemon's last. A successor goes on behind each."""
        killed: list[int] = []
        first = {worker: worker * JOBS_EACH for worker in range(WORKERS)}
        while self._running:
            wait([process.sentinel for process in self._running.values()])
            for worker, process in [(w, p) for w, p in self._running.items() if not p.is_alive()]:
                process.join()
                del self._running[worker]
                if process.exitcode == 0:
                    continue
                killed.append(min(job for job in self._deadly if job >= first[worker]))
                first[worker] = killed[-1] + 1
                if first[worker] % JOBS_EACH:
                    self.start(first[worker])
        return killed


@pytest.mark.timeout(120)
def test_what_was_settled_and_flagged_is_what_was_billed_to_the_last_micro_dollar(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    own = open_ledger(path)
    deadly = frozenset(random.Random(3).sample(range(WORKERS * JOBS_EACH), KILLS))
    daemons = Daemons(path, deadly)
    with InThread(Upstream(reply=daemons.reply, otherwise=Turn(chunk_chars=1_000))) as upstream:
        daemons.port = upstream.port
        for worker in range(WORKERS):
            daemons.start(worker * JOBS_EACH)
        killed = daemons.see_through()
        seen = upstream.seen
    assert sorted(killed) == sorted(deadly)
    assert sorted(one.body["job"] for one in seen) == list(range(WORKERS * JOBS_EACH))

    later = NOON + timedelta(hours=1)
    assert reserve(own, "mine", Decimal(0), later) is None  # which settles what the dead had reserved
    own.release("mine")
    stats = own.stats(None, UTC)
    assert stats.spent == sum(map(billed, seen))
    assert stats.attempts == len(seen)
    assert 0 < stats.unknown < KILLS, "some died before they had booked, and some after"


def billed(seen: Seen) -> Decimal:
    return cost(Usage(input=seen.billed.prompt_tokens, output=seen.billed.completion_tokens), PRICE)
