"""Ten thousand processes that die at any moment, faults, and absurd numbers: the ledger holds what was billed.

Each process asks one action through the whole pipeline; several share one ledger at once. What a dead one had sent and
not booked is flagged, at no less than its bill; what nobody can believe is estimated and flagged.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from routerd.adapters.ledger import MIGRATIONS, SqliteLedger
from routerd.adapters.sqlite import Database
from routerd.domain.settings import Budget
from tests import brain
from tests.loopback import (
    InThread,
    Seen,
    Turn,
    Upstream,
    cut_before_finish,
    malformed_chunk,
    reset,
    server_error,
    usages,
)
from tests.pipeline.test_pipeline import SOURCE
from tests.reserving import reserve

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are not forked there")

CASES = int(os.environ.get("ROUTERD_FUZZ_DEATHS", "1000"))
"""A tenth of what was tried once; a process takes 0.1 s."""
FEW, GROUP, AT_ONCE = 24, 120, 16
IN, OUT = Decimal("0.000003"), Decimal("0.000015")
"""Dollars for a token."""
CONFIG = """
[tiers]
utility = "{tier}"
speed = "{tier}"
logic = "{tier}"
architect = "{tier}"
[cache]
enabled = false
[budget]
daily = "100000"
"""
PROVIDER = """
[providers.{name}]
base_url = "{url}"
api_key = {{ env = "TEST_KEY" }}
[models."{name}/{name}"]
input = "3"
output = "15"
"""
HUGE = (10**30, 10**400, -5, 1e308, float("inf"), float("nan"), "1e999999", True, [1], {"a": 1}, "many", 2**63, 0.5)
_BODY = (
    b'{"choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"Nothing."}}],'
    b'"usage":{"prompt_tokens":1e99999999,"completion_tokens":1e400000,"cost":1e999999}}'
)
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(_BODY)
EXPONENTS = Turn(
    raw=(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(_BODY), _BODY)
)


def absurd(chance: Random) -> Turn:
    """An answer with a bill that nobody can believe."""
    if chance.random() < 0.2:
        return EXPONENTS
    one, two = chance.choice(HUGE), chance.choice((*HUGE, 3))
    cost = {"cost": chance.choice((1e30, 1e300, -1, float("nan"), "1e30", 10**25))} if chance.random() < 0.3 else {}
    return Turn(usage=usages.given(prompt_tokens=one, completion_tokens=two, **cost), chunk_chars=200)


def faulty(chance: Random) -> Turn:
    """An answer that does not come, or not whole."""
    return chance.choice(
        (
            server_error(chance.choice((500, 503, 529))),
            reset(),
            reset(1),
            cut_before_finish(1),
            malformed_chunk(1),
            Turn(usage=usages.missing),
        )
    )


Asked = list[tuple[Seen, str]]
"""Each request, and what it was answered."""


@dataclass
class Provider:
    """What each model says, by the case that it belongs to, and all that it was asked."""

    chance: Random
    kinds: Asked = field(default_factory=list)

    def turn(self, seen: Seen) -> Turn:
        roll = self.chance.random()
        kind = "right" if roll < 0.65 else "absurd" if roll < 0.9 else "faulty"
        self.kinds.append((seen, kind))
        if kind == "right":
            return Turn(chunk_chars=self.chance.choice((4, 40, 400)), delay_s=self.chance.choice((0, 0.004, 0.02)))
        return absurd(self.chance) if kind == "absurd" else faulty(self.chance)


@dataclass(frozen=True)
class Row:
    """What the ledger holds of one attempt."""

    model: str
    """Empty where a dead process did not say whom it had asked."""
    dollars: Decimal
    flagged: bool
    status: str


@dataclass(frozen=True)
class Nursery:
    """Forks the processes of the cases."""

    process: subprocess.Popen[str]

    def say(self, line: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(line) + "\n")
        self.process.stdin.flush()

    def ends(self, cases: list[dict[str, Any]]) -> dict[str, int]:
        """The signal that ended each case; 0 where it ended by itself."""
        self.say(cases)
        assert self.process.stdout is not None
        told: dict[str, int] = json.loads(self.process.stdout.readline())
        return told


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "parcel.py").write_text(SOURCE, "utf-8", newline="")
    return tmp_path


@pytest.fixture
def nursery(home: Path) -> Iterator[Nursery]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    names = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")
    env = kept | dict.fromkeys(names, str(home)) | {"TEST_KEY": "a-key-for-loopback", "PYTHONPATH": os.getcwd()}
    (home / "authorities").mkdir()  # none: reading all of them would take half of a process's life
    env["SSL_CERT_DIR"] = str(home / "authorities")
    command, pipe = [sys.executable, "-m", "tests.money.mortal"], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=env) as process:
        yield Nursery(process)


def _case(home: Path, name: str, url: str, chance: Random) -> dict[str, Any]:
    config = home / f"{name}.toml"
    models = [f"{name}a", f"{name}b"]
    tier = '", "'.join(f"{model}/{model}" for model in models)
    text = CONFIG.format(tier="TIER").replace('"TIER"', f'["{tier}"]')
    config.write_text(text + "".join(PROVIDER.format(name=model, url=url) for model in models))
    return {
        "name": name,
        "home": str(home),
        "config": str(config),
        "action": chance.choice(("document", "review", "test", "fix")),
        "after_s": chance.uniform(0.05, 0.6) if chance.random() < 0.7 else 0,
        "closes": chance.random() < 0.2,
    }


def due(seen: Seen) -> Decimal:
    """What a provider bills for a request as far as it was answered."""
    return seen.billed.prompt_tokens * IN + seen.billed.completion_tokens * OUT


def _wrong(rows: list[Row], asked: Asked, killed: bool) -> str:
    """How the rows of one case are not its bills; empty where they are."""
    lost = [row for row in rows if row.status == "unknown"]
    if len(lost) > killed or len(rows) < len(asked) or len(rows) - len(asked) > len(lost):
        return f"{len(asked)} requests, {len(rows)} rows"
    left = list(rows)
    for seen, kind in asked:
        row = next((row for row in left if row.model == seen.model), None) or (lost[0] if lost else None)
        if row not in left:
            return f"no row for {seen.billed}"
        left.remove(row)
        bill = due(seen)
        if row.status == "unknown":
            if row.dollars < bill:
                return f"{row} for a bill of {bill}"
        elif kind == "right" and (row.flagged or row.dollars != bill):
            return f"{row} for a bill of {bill}, which was told"
        elif kind == "absurd" and not (row.flagged and 0 < row.dollars < 1):
            return f"{row} for an absurd bill"
    return ""


def _held(group: Path, kinds: Asked, ends: dict[str, int]) -> Counter[str]:
    """Open the ledger as the next process does, and hold it against all bills."""
    database = Database(group / "data" / "ledger.db", MIGRATIONS, datetime.now(UTC))
    ledger = SqliteLedger(database, lambda: Budget(daily=Decimal(10**6)))
    assert reserve(ledger, "next", Decimal(0), datetime.now(UTC)) is None  # settles what the dead held
    ledger.release("next")
    found = database.read("SELECT session, provider, cost, usage_estimated, status FROM attempts ORDER BY id", ())
    rows: defaultdict[str, list[Row]] = defaultdict(list)
    for session, model, cost, flagged, status in found:
        rows[str(session)].append(Row(str(model), Decimal(str(cost)) / 10**12, bool(flagged), str(status)))
    asked: defaultdict[str, Asked] = defaultdict(list)
    for seen, kind in kinds:
        asked[seen.model[:-1]].append((seen, kind))
    count = Counter(kind for _, kind in kinds)
    for name, signal in ends.items():
        fault = _wrong(rows[name], asked[name], bool(signal))
        assert not fault, (name, signal, fault, rows[name], [(one.billed, kind) for one, kind in asked[name]])
        count["unknown"] += sum(row.status == "unknown" for row in rows[name])
        count["killed"] += bool(signal)
    assert rows.keys() - ends.keys() <= {"warm"}
    assert database.read("SELECT count(*) FROM reservations", ()) == [(0,)]
    assert not list((group / "data").glob("*.spool-*"))
    database.close()
    return count


def _try(home: Path, nursery: Nursery, cases: int) -> Counter[str]:
    found: Counter[str] = Counter()
    for first in range(0, cases, GROUP):
        group = home / f"group{first}"
        (group / "data").mkdir(parents=True)
        (group / "parcel.py").write_text(SOURCE, "utf-8", newline="")
        chance = Random(f"deaths {first}")
        provider = Provider(chance)
        ends: dict[str, int] = {}
        with InThread(Upstream(provider.turn, reply=brain.reply)) as upstream:
            if not first:
                nursery.say(_case(home, "warm", upstream.base_url, chance) | {"after_s": 0, "closes": True})
            for start in range(first, min(first + GROUP, cases), AT_ONCE):
                numbers = range(start, min(start + AT_ONCE, first + GROUP, cases))
                ends |= nursery.ends([_case(group, f"c{number}", upstream.base_url, chance) for number in numbers])
            upstream.wait_for(lambda server: all(seen.over for seen in server.seen))
        found += _held(group, provider.kinds, ends)
    return found


def test_some_processes_that_die(home: Path, nursery: Nursery) -> None:
    _try(home, nursery, FEW)


@pytest.mark.fuzz
@pytest.mark.timeout(3_600)
def test_the_ledger_holds_what_was_billed_whoever_dies(home: Path, nursery: Nursery) -> None:
    found = _try(home, nursery, CASES)
    # Where all die at once, or none while it is asked, nothing was shown.
    assert all(found[kind] > CASES // 50 for kind in ("right", "absurd", "faulty", "killed", "unknown")), found
