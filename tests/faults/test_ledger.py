"""Fifty seeded schedules of faults through the whole app: each call that a provider saw is in the ledger once."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest
from platformdirs import user_data_path

import routerd.app.services
from routerd.adapters.ledger import MIGRATIONS
from routerd.adapters.sqlite import Database
from routerd.app.workspace import App
from routerd.domain.attempt import AttemptStatus
from routerd.domain.document import Document
from routerd.domain.outcome import Outcome, Status
from routerd.domain.text import Text
from tests import brain
from tests.faults.test_schedules import EPOCH, FAULTS, Make
from tests.faults.virtual import VirtualLoop, run
from tests.home import at_home
from tests.loopback import Seen, Turn, Upstream
from tests.pipeline.test_pipeline import SOURCE, Desk, request_for

SCHEDULES = 50
NAMES = "abc"

CONFIG = """
[tiers]
utility = [{utility}]
logic = "{last}/large"
speed = "{last}/large"
architect = "{last}/large"

[limits]
total_s = 40
first_token_s = 5
between_tokens_s = 3

[cache]
enabled = false
{providers}
"""

PROVIDER = """
[providers.{name}]
base_url = "{url}"
api_key = {{ env = "TEST_KEY" }}

[models."{name}/m"]
input = "1.00"
output = "4.00"

[models."{name}/large"]
input = "10.00"
output = "40.00"
"""


class Position:
    """A provider with a script of faults; what it says is right, or breaks its contract."""

    def __init__(self, loop: VirtualLoop) -> None:
        self.script: list[Make] = []
        self.rng = Random()
        self.upstream = Upstream(self._turn, reply=brain.reply, clock=loop.time)

    def _turn(self, seen: Seen) -> Turn:
        make = self.script.pop() if self.script else FAULTS["right"]
        return make(self.rng, EPOCH + seen.at)


def config(seed: int, positions: list[Position]) -> str:
    """Names of their own for each schedule, so that benches of an earlier one do not reach into it."""
    names = [f"{name}{seed}" for name in NAMES]
    providers = "".join(
        PROVIDER.format(name=name, url=position.upstream.base_url)
        for name, position in zip(names, positions, strict=True)
    )
    return CONFIG.format(utility=", ".join(f'"{name}/m"' for name in names), last=names[-1], providers=providers)


def unfit(_rng: Random, _wall: float) -> Turn:
    """A whole answer that does not keep its contract: it is rejected, and paid."""
    return Turn(reply="```python\ndef weigh(parcel):\n    return 0\n```")


# A scripted length cut answers with the other test's words, which belong to no action here.
PLANNED = {name: make for name, make in FAULTS.items() if name != "cut by length"} | {"unfit": unfit}


async def play(app: App, seed: int, positions: list[Position], desk: Desk) -> list[Outcome]:
    """One schedule: a script for each provider, and one to three actions, some of which the user cancels."""
    rng, loop = Random(seed), asyncio.get_running_loop()
    for position in positions:
        position.script = [PLANNED[rng.choice(list(PLANNED))] for _ in range(rng.randrange(5))]
        position.rng = Random(rng.random())
        position.upstream.seen.clear()

    async def act(delay_s: float, patience_s: float | None) -> Outcome:
        await asyncio.sleep(delay_s)
        task = asyncio.create_task(app.run(request_for(desk), desk, desk))
        if patience_s is not None:
            loop.call_later(patience_s, task.cancel)
        return await task

    acts = [act(rng.choice([0, 0, 1, 20]), rng.choice([None, None, 0.5, 4])) for _ in range(rng.randint(1, 3))]
    outcomes = await asyncio.gather(*acts)
    for position in positions:
        await position.upstream.wait_for(lambda upstream: all(seen.over for seen in upstream.seen))
    return outcomes


def test_each_call_that_a_provider_saw_is_in_the_ledger_exactly_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_home(tmp_path / "home", monkeypatch)
    monkeypatch.setenv("TEST_KEY", "a-key-for-loopback")
    (tmp_path / "parcel.py").write_text(SOURCE, "utf-8", newline="")
    ends: Counter[Status] = Counter()
    kinds: Counter[str] = Counter()

    async def main(loop: VirtualLoop) -> None:
        # The app's clock is the machine's, which here is the virtual loop's.
        clock = SimpleNamespace(
            monotonic=loop.time, time=lambda: EPOCH + loop.time(), time_ns=lambda: int((EPOCH + loop.time()) * 1e9)
        )
        monkeypatch.setattr(routerd.app.services, "time", clock)
        positions = [Position(loop) for _ in NAMES]
        file = tmp_path / "config.toml"
        desk = Desk(Document((tmp_path / "parcel.py").as_uri(), 3, "python", Text(SOURCE)))
        async with positions[0].upstream, positions[1].upstream, positions[2].upstream:
            file.write_text(config(0, positions), "utf-8")
            app = App.open(config_file=file, root=tmp_path)
            try:
                for seed in range(SCHEDULES):
                    file.write_text(config(seed, positions), "utf-8")
                    assert app.reload() == ()
                    outcomes = await play(app, seed, positions, desk)
                    check(seed, outcomes, positions)
                    ends.update(outcome.status for outcome in outcomes)
                    kinds.update(attempt.status for outcome in outcomes for attempt in outcome.attempts)
                    assert len(desk.applied) == ends[Status.APPLIED]
            finally:
                await app.disconnect()
                app.close()

    def check(seed: int, outcomes: list[Outcome], positions: list[Position]) -> None:
        attempts = [attempt for outcome in outcomes for attempt in outcome.attempts]
        booked = rows(seed)
        assert booked == Counter((a.model.provider, a.model.model, a.status.value) for a in attempts), seed
        for name, position in zip(NAMES, positions, strict=True):
            seen = Counter(one.model for one in position.upstream.seen)
            mine: Counter[str] = Counter()
            for (provider, model, _), count in booked.items():
                if provider == f"{name}{seed}":
                    mine[model] += count
            assert mine == seen, seed

    def rows(seed: int) -> Counter[tuple[str, str, str]]:
        database = Database(user_data_path("routerd", False) / "ledger.db", MIGRATIONS, routerd.app.times.now())
        try:
            found = database.read(
                "SELECT provider, model, status FROM attempts WHERE provider IN (?, ?, ?)",
                tuple(f"{name}{seed}" for name in NAMES),
            )
        finally:
            database.close()
        return Counter((str(provider), str(model), str(status)) for provider, model, status in found)

    run(main)
    # A stage on which all goes well, or nothing does, would prove nothing.
    assert ends[Status.APPLIED] > ends[Status.FAILED] > 0
    assert ends[Status.CANCELLED] > 0
    assert len(kinds) >= len(AttemptStatus) - 2, kinds
