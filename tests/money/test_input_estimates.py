"""The input estimate against real foreign tokenizers: within 6 % on day one, within 2 % after fifty actions."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from routerd.adapters.ledger import MIGRATIONS, SqliteLedger
from routerd.adapters.sqlite import Database
from routerd.app.workspace import App
from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.booking import Booking
from routerd.domain.model import ModelRef
from routerd.domain.money import Usage
from routerd.domain.quote import Tariff
from routerd.domain.settings import Budget
from routerd.domain.tier import Tier
from routerd.pipeline.plan import Plan
from tests.home import at_home
from tests.money.foreign import Count, billed, deepseek, mistral, plans

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SEEN, ASKED = 50, 50


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[tuple[str, Plan]]]:
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        at_home(home, patch)
        app = App.open(root=Path(home))
        yield list(plans(app, SEEN + ASKED))
        app.close()


@pytest.mark.parametrize(
    ("model", "tokenizer", "framing"), [("deepseek-chat", deepseek, 2), ("mistral-small-latest", mistral, 3)]
)
def test_the_estimate_of_the_input_is_near_the_bill(
    planned: list[tuple[str, Plan]], model: str, tokenizer: Callable[[], Count], framing: int
) -> None:
    count, ref = tokenizer(), ModelRef(model.partition("-")[0], model)
    database = Database(None, MIGRATIONS, NOON)
    ledger = SqliteLedger(database, Budget)
    day_one, later = [], []
    for n, (language, plan) in enumerate(planned):
        action, counted = plan.question.spec.name, plan.question.prompt.input_tokens
        bill = billed(plan, count, framing)
        fresh = SqliteLedger(Database(None, MIGRATIONS, NOON), Budget).token_calibration(ref, action, language)
        day_one.append(error(Tariff(ref, None, fresh).input_tokens(counted), bill))
        if n >= SEEN:
            later.append(
                error(Tariff(ref, None, ledger.token_calibration(ref, action, language)).input_tokens(counted), bill)
            )
        attempt = Attempt(ref, Tier.UTILITY, AttemptStatus.OK, Usage(input=bill, output=100), Decimal(0), 1)
        ledger.book(Booking(str(n), action, language, attempt, None, counted, 100, None), NOON + timedelta(minutes=n))
    database.close()
    assert statistics.median(day_one) <= 0.06
    assert statistics.median(later) <= 0.02


def error(estimate: int, bill: int) -> float:
    return abs(estimate - bill) / bill
