"""Real projects documented whole by a loopback model with honest and broken answers, killed and resumed.

They come from PyPI, npm and Debian by the ordinary clients, into the cache of `ROUTERD_TEST_CACHE`.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
import tarfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from routerd.adapters.grammar import TreeSitterGrammar
from routerd.languages import language_of
from tests import brain
from tests.batch.project import Project, new_project
from tests.batch.test_real_project import numbers
from tests.loopback import InThread, Seen, Turn, Upstream
from tests.loopback.batch_desk import AnthropicDesk, BatchDesk, OpenAIDesk, plain

PRICES = {"small": (Decimal(1), Decimal(2)), "large": (Decimal(10), Decimal(20))}
"""Dollars per million tokens, as `tests.batch.project` configures them; a batch costs half."""
_PATH = re.compile(r"^File: (.+)$", re.M)
_LONGEST = 60_000
"""Characters of a file: larger ones only cost time."""
_LONGEST_DELAY_S = 0.06
"""From a request to a kill: an answer has come, been stored, booked and checked by then, or not yet."""


@dataclass(frozen=True, slots=True)
class RealProject:
    """A published project, and which of its files are source."""

    name: str
    fetch: tuple[str, ...]
    """The client's command, which puts one archive into the current folder."""
    suffix: str
    below: str = ""


PROJECTS = (
    RealProject("click", (sys.executable, "-m", "pip", "download", "-q", "--no-deps", "click==8.5.1"), ".py", "click"),
    RealProject("zod", ("npm", "pack", "--silent", "zod@4.6.7"), ".ts", "package/src/v4/core"),
    RealProject("cobra", ("apt-get", "download", "-q", "golang-github-spf13-cobra-dev"), ".go", "usr"),
)


class Way(StrEnum):
    """How the work is done."""

    RUN = "run"
    CHAT = "chat"
    """OpenAI's batch service."""
    MESSAGES = "messages"
    """Anthropic's."""


def fetched(project: RealProject) -> Path:
    """The folder of a project's files; skips the test where its client is missing or its registry is out of reach."""
    cache = Path(os.environ.get("ROUTERD_TEST_CACHE") or Path.home() / ".cache" / "routerd-tests") / "projects"
    folder = cache / project.name
    if folder.exists():
        return folder
    if shutil.which(project.fetch[0]) is None:
        pytest.skip(f"{project.fetch[0]} is not installed")
    new = cache / f"{project.name}.{os.getpid()}"
    new.mkdir(parents=True)
    done = subprocess.run(project.fetch, cwd=new, capture_output=True, encoding="utf-8", timeout=240, check=False)
    if done.returncode:
        pytest.skip(f"{project.name} cannot be fetched: {done.stderr[-200:]}")
    (archive,) = new.iterdir()
    if archive.suffix == ".deb":
        subprocess.run(["dpkg", "-x", str(archive), str(new)], check=True)
    elif archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as zipped:
            zipped.extractall(new)
    else:
        with tarfile.open(archive) as packed:
            packed.extractall(new, filter="data")
    archive.unlink()
    with suppress(OSError):  # another process was first
        new.rename(folder)
    return folder


def copied(project: RealProject, target: Project, most: int) -> list[Path]:
    """The first files of a project in a repository of their own, with an empty commit before them."""
    top = fetched(project)
    found = []
    for path in sorted((top / project.below).rglob(f"*{project.suffix}")):
        if path.name.endswith((".d.ts", "_test.go")) or "tests" in path.parts or path.stat().st_size > _LONGEST:
            continue
        place = target.root / path.relative_to(top)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
        found.append(place)
        if len(found) == most:
            break
    target.commit()
    return found


def broken(body: Mapping[str, Any]) -> str:
    """Of three files one is answered honestly, one with code that was changed, and one with half of an answer."""
    body = plain(body)
    path = _PATH.search(str(body["messages"][1]["content"]))
    assert path is not None, body["messages"][1]["content"][:300]
    kind = sum(path[1].encode()) % 3 if body["model"] == "small" else 0
    honest = brain.reply(body)
    if kind == 1:
        return "```\nimport os\n\nos.remove('everything')\n```"
    return honest[: len(honest) // 2] if kind == 2 else honest


@dataclass
class Whole:
    """What came of one project."""

    project: str
    way: Way
    files: int
    kills: int = 0
    states: dict[str, int] = field(default_factory=dict)
    reported: tuple[int, int, int] = (0, 0, 0)
    """Files, lines added and removed, as the program says."""
    by_git: tuple[int, int, int] = (0, 0, 0)
    code_changed: list[str] = field(default_factory=list)
    asked: int = 0
    asked_twice: int = 0
    """Although the first answer had come."""
    booked: Decimal = Decimal(0)
    """For answers."""
    billed: Decimal = Decimal(0)
    """For answers that came, each once."""
    lost: int = 0
    """Bills of requests that were under way at a kill."""
    unbooked: int = 0
    """Those of them that no flagged row of their item covers: one row of at least as many dollars for each."""
    held: int = 0
    seconds: float = 0.0

    @property
    def right(self) -> bool:
        return (
            not self.code_changed
            and self.reported == self.by_git
            and self.reported[0] > 0
            and self.asked_twice == 0
            and self.booked == self.billed > 0
            and self.unbooked == 0
            and self.held == 0
        )


@dataclass
class _Killer:
    """Kills the program at points of its work that are drawn by chance: so many requests later, and some time after."""

    project: Project
    chance: random.Random
    kills: list[float] = field(default_factory=list)

    def run(self, words: tuple[str, ...], progress: Any, steps: int) -> bool:
        """Start a command and kill it once it has made some steps; whether it was killed before its end."""
        before, wanted = progress(), self.chance.randint(1, max(steps, 1))
        process = subprocess.Popen(
            self.project.command(*words),
            cwd=self.project.root,
            env=self.project.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while process.poll() is None and progress() < before + wanted:
            time.sleep(0.002)
        time.sleep(self.chance.uniform(0, _LONGEST_DELAY_S))
        if process.poll() is not None:
            return False
        process.kill()
        self.kills.append(time.monotonic())
        process.wait()
        return True


def documented(project: RealProject, folder: Path, way: Way, most: int, kills: int) -> Whole:
    """Document a project whole, killed so often and resumed."""
    began = time.monotonic()
    one, grammar = new_project(folder), TreeSitterGrammar()
    paths = copied(project, one, most)
    before = {path: path.read_text("utf-8") for path in paths}
    found = Whole(project.name, way, len(paths))
    killer = _Killer(one, random.Random(f"{project.name} {way}"))
    desk = {Way.CHAT: OpenAIDesk, Way.MESSAGES: AnthropicDesk}.get(way, BatchDesk)(broken)
    turn = Turn(chunk_chars=2_000, delay_s=0.01)
    with InThread(Upstream(reply=broken, otherwise=turn, batches=desk)) as upstream:
        _configure(one, upstream.base_url, way)
        if way is Way.RUN:
            words = ("batch", "run", "document", ".", "--yes")
            for _ in range(kills):
                killer.run(words, lambda: len(upstream.seen), len(paths) // 3)
            done = one.json(*words, "--apply")
        else:
            done = _by_service(one, desk, killer, kills)
        seen = upstream.seen
    found.kills, found.seconds = len(killer.kills), round(time.monotonic() - began, 1)
    found.states = dict(Counter(item["state"] for item in done["items"]))
    found.reported = done["files"], done["added"], done["removed"]
    found.by_git = (len(one.git("diff", "--name-only").splitlines()), *numbers(one.git("diff", "--shortstat")))
    for path, text in before.items():
        if not grammar.same_code(text, path.read_text("utf-8"), language_of(path.name)):
            found.code_changed.append(path.name)
    if way is Way.RUN:
        _hold_against_bills(found, one, done["items"], seen)
    else:
        names = [(job.requests[name]["model"], name) for job in desk.jobs.values() for name in job.requests]
        found.asked, found.asked_twice = len(names), len(names) - len(set(names))
        found.booked = _dollars(sum(row.pico for row in _rows(one) if row.known))
        found.billed = sum((_price(*bill) / 2 for bill in desk.charged.values()), Decimal(0))
    ((found.held,),) = one.ledger("SELECT COUNT(*) FROM reservations")
    return found


def _configure(project: Project, base_url: str, way: Way) -> None:
    if way is Way.RUN:
        project.configure(base_url, "max_concurrency = 4")
        return
    project.configure(base_url, f'dialect = "{way}"\ndialects = ["{way}"]\nbatch = true')
    path = Path(project.env["XDG_CONFIG_HOME"]) / "routerd" / "config.toml"
    text = path.read_text("utf-8")
    for output, batch in (("2", ("0.5", "1")), ("20", ("5", "10"))):
        priced = f'output = "{output}"\nbatch_input = "{batch[0]}"\nbatch_output = "{batch[1]}"\n'
        text = text.replace(f'output = "{output}"\n', priced)
    path.write_text(text, "utf-8")


def _by_service(one: Project, desk: BatchDesk, killer: _Killer, kills: int) -> Any:
    """Hand over, fetch, and hand over what was refused to the next tier; both are killed in turn."""
    submit, collect = ("batch", "submit", "document", ".", "--yes"), ("batch", "collect")

    def progress() -> int:
        return len(desk.calls)

    for number in range(kills):
        killer.run(collect if number % 2 else submit, progress, 2)
    for _ in range(2):
        one.run(*collect)
        one.run(*submit)
        one.run(*collect)
    return one.json(*collect, "--apply")


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the ledger."""

    job: str
    known: bool
    """Whether its bill came; else it is flagged as an estimate."""
    usage: tuple[str, int, int]
    """Model, input and output tokens."""
    pico: int
    killed: bool
    """Whether it is the most that a call under way can have cost; an answer that was cut counts as far as it came."""


def _rows(project: Project) -> list[_Row]:
    found = project.ledger(
        "SELECT job, NOT usage_estimated, model, input, output, cost, status = 'unknown' FROM attempts"
    )
    return [
        _Row(job, bool(known), (model, *usage), cost or 0, bool(killed))
        for job, known, model, *usage, cost, killed in found
    ]


def _hold_against_bills(found: Whole, project: Project, items: Iterable[Mapping[str, Any]], seen: list[Seen]) -> None:
    """Each row for an answer is one bill; every other bill has a flagged row of its item, of at least its amount.

    A question may be worded otherwise after a kill, as the index that its context comes from may have got further: so
    it is its item, model and turn that tell whether it was asked twice.
    """
    rows = _rows(project)
    for item in items:
        own = [row for row in rows if row.job.endswith(f"-{item['id']}")]
        asked = [one for one in seen if _asked_about(one) == item["path"]]
        answers = Counter(row.usage for row in own if row.known)
        turns: Counter[tuple[str, int]] = Counter()
        lost = []
        for one in reversed(asked):
            usage = one.model, one.billed.prompt_tokens, one.billed.completion_tokens
            if answers[usage]:
                answers[usage] -= 1
                turns[one.model, len(one.body["messages"])] += 1
                found.billed += _price(*usage)
            else:
                lost.append(_price(*usage))
        found.asked += len(turns)
        found.asked_twice += turns.total() - len(turns)
        flagged = sorted((_covers(row) for row in own if not row.known), reverse=True)
        found.lost += len(lost)
        covered = zip(sorted(lost, reverse=True), flagged, strict=False)
        found.unbooked += len(lost) - sum(bill <= row for bill, row in covered)
    found.booked = _dollars(sum(row.pico for row in rows if row.known))


def _covers(row: _Row) -> Decimal:
    """The highest bill that a flagged row can stand for."""
    return _dollars(row.pico) if row.killed else Decimal("Infinity")


def _asked_about(one: Seen) -> str | None:
    path = _PATH.search(str(one.body["messages"][1]["content"]))
    return None if path is None else path[1]


def _price(model: str, sent: int, got: int) -> Decimal:
    into, out = PRICES[model]
    return (sent * into + got * out) / 10**6


def _dollars(pico: int) -> Decimal:
    return Decimal(pico) / 10**12
