"""A daemon of the crash test in a process of its own; imports little, as dozens of it are started."""

from __future__ import annotations

import http.client
import json
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from routerd.adapters.ledger import MIGRATIONS, SqliteLedger
from routerd.adapters.sqlite import Database
from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.booking import Booking
from routerd.domain.model import ModelRef
from routerd.domain.money import Price, Usage, cost
from routerd.domain.settings import Budget
from routerd.domain.tier import Tier
from tests.reserving import reserve

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
PRICE = Price(Decimal("0.27"), Decimal("1.10"))
MODEL = ModelRef("loopback", "test-model")


def question(job: int) -> str:
    return "x" * (job * 37 % 901)


def answer(job: int) -> str:
    return "y" * (job * 53 % 701 + 1)


def quarter(text: str) -> int:
    """Tokens of a text, as the upstream counts them."""
    return (len(text.encode()) + 3) // 4


def price_of(job: int) -> Decimal:
    """What the upstream will bill, to the last pico-dollar: the reservation is that, and not a guess."""
    return cost(Usage(input=quarter(question(job)), output=quarter(answer(job))), PRICE)


def open_ledger(path: Path) -> SqliteLedger:
    budget = Budget(daily=Decimal(1_000))
    return SqliteLedger(Database(path, MIGRATIONS, NOON), lambda: budget)


def work(path: Path, port: int, jobs: range, deadly: frozenset[int]) -> None:
    """A daemon: reserve, ask, book, release, one job after the other. A deadly one is its last."""
    ledger = open_ledger(path)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for job in jobs:
        assert reserve(ledger, str(job), price_of(job), NOON) is None
        body = {"model": "test-model", "job": job, "messages": [{"role": "user", "content": question(job)}]}
        ledger.sent(str(job))
        connection.request("POST", "/v1/chat/completions", json.dumps(body), {"content-type": "application/json"})
        told = json.loads(connection.getresponse().read())["usage"]
        usage = Usage(input=told["prompt_tokens"], output=told["completion_tokens"])
        attempt = Attempt(MODEL, Tier.UTILITY, AttemptStatus.OK, usage, cost(usage, PRICE), 1)
        ledger.book(Booking(str(job), "document", "python", attempt, None, 1, 1, None), NOON)
        ledger.release(str(job))
        if job in deadly:
            time.sleep(60)  # killed long before: the next job must not be begun, as nothing was sent for it
