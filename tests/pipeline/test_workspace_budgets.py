"""Budgets of several workspaces in one process: a project's lower budget counts that project, the user's own all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from routerd.adapters.ledger import MIGRATIONS, Budgets, LedgerWriter, SqliteLedger
from routerd.adapters.sqlite import Database
from routerd.app.services import Services
from routerd.app.times import now
from routerd.app.workspace import App
from routerd.domain.document import Document
from routerd.domain.origin import Origin
from routerd.domain.outcome import Outcome, Status
from routerd.domain.settings import Budget
from routerd.domain.text import Text
from routerd.domain.verdict import Refusal
from tests import brain
from tests.faults.test_bad_ledger import booking
from tests.loopback import Upstream
from tests.pipeline.test_pipeline import CONFIG, SOURCE, Desk, home, request_for

__all__ = ["home"]

NO_CACHE = "[cache]\nenabled = false\n"


@pytest.fixture
async def services(home: Path) -> AsyncIterator[Services]:
    opened = Services()
    yield opened
    await opened.disconnect()
    opened.close()


def app_of(services: Services, home: Path, name: str, workspace_file: str = "") -> App:
    root = home / name
    root.mkdir(exist_ok=True)
    (root / "parcel.py").write_text(SOURCE, "utf-8", newline="")
    if workspace_file:
        (root / ".routerd.toml").write_text(workspace_file)
    app = App.of(services, services.session_keys(), home / "config.toml", root, origin=Origin())
    assert app.problems == ()
    return app


async def done(app: App) -> Outcome:
    assert app.root is not None
    desk = Desk(Document((app.root / "parcel.py").as_uri(), 3, "python", Text(SOURCE)))
    return await app.run(replace(request_for(desk), replace=True), desk, desk)


async def test_a_projects_lower_budget_counts_that_project_and_the_users_own_counts_all(
    services: Services, home: Path
) -> None:
    async with Upstream(reply=brain.reply) as upstream:
        own = f'{NO_CACHE}[budget]\ndaily = "3.00"\n'
        (home / "config.toml").write_text(CONFIG.format(url=upstream.base_url, more=own))
        lower = app_of(services, home, "lower", '[budget]\ndaily = "0.50"\n')
        other = app_of(services, home, "other")
        other.ledger.book(booking("b1", "1.00"), now())
        outcome = await done(lower)
        assert outcome.status is Status.APPLIED, outcome.message
        lower.ledger.book(booking("b2", "0.60"), now())
        sent = len(upstream.seen)
        refused = await done(lower)
        assert (refused.status, len(upstream.seen)) == (Status.REFUSED, sent)
        assert "This project's daily budget of $0.50 is used up: $0.60 spent" in refused.message
        outcome = await done(other)
        assert outcome.status is Status.APPLIED, outcome.message
        other.ledger.book(booking("b3", "1.40"), now())
        sent = len(upstream.seen)
        refused = await done(other)
        assert (refused.status, len(upstream.seen)) == (Status.REFUSED, sent)
        assert "The daily budget of $3.00 is used up" in refused.message


def test_the_status_tells_the_budget_with_less_left(services: Services, home: Path) -> None:
    own = '[budget]\ndaily = "3.00"\n'
    (home / "config.toml").write_text(CONFIG.format(url="http://127.0.0.1:9/v1", more=own))
    lower = app_of(services, home, "lower", '[budget]\ndaily = "0.50"\n')
    other = app_of(services, home, "other")
    lower.ledger.book(booking("b1", "0.10"), now())
    other.ledger.book(booking("b2", "1.00"), now())
    status = lower.budget_status()
    assert (status.spent_today, status.budget_daily) == (Decimal("0.10"), Decimal("0.50"))
    assert (other.budget_status().spent_today, other.budget_status().budget_daily) == (Decimal("1.10"), Decimal("3.00"))
    other.ledger.book(booking("b3", "1.80"), now())
    assert (lower.budget_status().spent_today, lower.budget_status().budget_daily) == (Decimal("2.90"), Decimal("3.00"))


def test_a_change_of_one_workspaces_file_changes_that_workspace_only(services: Services, home: Path) -> None:
    (home / "config.toml").write_text(CONFIG.format(url="http://127.0.0.1:9/v1", more=""))
    one, two = app_of(services, home, "one"), app_of(services, home, "two")
    before = two.snapshot
    (home / "one" / ".routerd.toml").write_text('[budget]\nper_action = "0.01"\n')
    assert one.reload() == ()
    assert one.settings.budget.per_action == Decimal("0.01")
    assert two.reload({"budget": {"daily": "7.00"}}) == ()
    assert two.settings.budget.per_action == before.settings.budget.per_action
    assert two.settings.budget.daily == Decimal("7.00")
    assert one.settings.budget.daily is None


def test_reservations_of_one_project_leave_the_others_lower_budget_alone() -> None:
    at = now()
    writer = LedgerWriter(Database(None, MIGRATIONS, at))
    budgets = Budgets(Budget(daily=Decimal(3)), Budget(daily=Decimal(1)))
    one, two = (SqliteLedger(writer, lambda: budgets, name) for name in ("one", "two"))
    assert one.reserve("j1", Decimal("0.9"), Decimal("0.9"), at) == Decimal("0.9")
    assert two.reserve("j2", Decimal("0.9"), Decimal("5.0"), at) == 1, "its own project's budget, untouched"
    assert one.reserve("j3", Decimal("0.05"), Decimal("0.2"), at) == Decimal("0.1"), "what is left of it"
    refused = two.reserve("j4", Decimal("0.05"), Decimal("0.2"), at)
    assert isinstance(refused, Refusal)
    assert "This project's daily budget of $1.00" in refused.message
    for ledger, job in ((one, "j1"), (two, "j2"), (one, "j3")):
        ledger.sent(job)
    writer.abandon(at)
    assert one.spent_on_project(at) == two.spent_on_project(at) == 1, "what was held is booked on its project"
    assert one.spent(at) == 2
