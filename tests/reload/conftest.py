"""An app that watches its configuration, in a home of its own, with one document to work on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from routerd.app.workspace import App
from routerd.domain.document import Document
from routerd.domain.model import ModelRef
from routerd.domain.outcome import Outcome
from routerd.domain.text import Text
from routerd.domain.tier import Tier
from tests.home import at_home
from tests.pipeline.test_pipeline import SOURCE, Desk, request_for

SOON_S = 5.0
"""A watch that works tells in a tenth of this; the rest is for a machine under load."""

CONFIG = """
[tiers]
utility = "{model}"

[providers.near]
base_url = "{url}"
api_key = {key}

[models."near/first"]
input = 1
output = 2
[models."near/theirs"]
input = 1
output = 2
[models."near/other"]
input = 1
output = 2

[cache]
enabled = false

[routing]
escalate = false
"""


@dataclass
class Study:
    """A running app and the file that configures it."""

    app: App
    file: Path
    url: str
    desk: Desk
    told: list[tuple[str, ...]] = field(default_factory=list)
    """The problems after each reload that changed something."""

    def text(self, model: str, key: str = '{ env = "TEST_KEY" }') -> str:
        return CONFIG.format(model=model, url=self.url, key=key)

    @property
    def model(self) -> str:
        """What the next action would ask."""
        models: tuple[ModelRef, ...] = self.app.snapshot.usable[Tier.UTILITY]
        return str(models[0])

    async def run(self) -> Outcome:
        return await self.app.run(request_for(self.desk), self.desk, self.desk)

    async def until_model(self, model: str) -> None:
        async with asyncio.timeout(SOON_S):
            while self.model != model:
                await asyncio.sleep(0.01)

    async def until_told(self, times: int) -> tuple[str, ...]:
        async with asyncio.timeout(SOON_S):
            while len(self.told) < times:
                await asyncio.sleep(0.01)
        return self.told[-1]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    at_home(tmp_path / "home", monkeypatch)
    monkeypatch.setenv("TEST_KEY", "a-key-for-loopback")
    (tmp_path / "project").mkdir()
    return tmp_path


@asynccontextmanager
async def watched(home: Path, url: str, key: str = '{ env = "TEST_KEY" }') -> AsyncIterator[Study]:
    """An app that has begun to watch."""
    path = home / "project" / "parcel.py"
    path.write_text(SOURCE, "utf-8", newline="")
    desk = Desk(Document(path.as_uri(), 3, "python", Text(SOURCE)))
    file = home / "config.toml"
    file.write_text(CONFIG.format(model="near/first", url=url, key=key), "utf-8")
    app = App.open(config_file=file, root=home / "project")
    study = Study(app, file, url, desk)
    watching = asyncio.create_task(app.watch(study.told.append))
    await asyncio.sleep(0.2)
    try:
        yield study
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await app.disconnect()
        app.close()
