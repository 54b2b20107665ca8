"""Forty working days in a ledger, booked by receipts: jobs that fail, move on, are answered or are lost."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from routerd.actions import catalog
from routerd.adapters.ledger import SqliteLedger
from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.model import ModelRef
from routerd.domain.money import Price, Usage, cost
from routerd.domain.prompt import Prompt
from routerd.domain.quote import Candidate, Estimate, Tariff
from routerd.domain.settings import Budget
from routerd.domain.tier import Tier
from routerd.pipeline.receipt import Allowance, Receipt
from routerd.steps.quote import quote

TIERS = {
    Tier.UTILITY: (ModelRef("n1n", "deepseek-v3"), ModelRef("deepseek", "deepseek-chat")),
    Tier.SPEED: (ModelRef("n1n", "gemini-1.5-flash"),),
    Tier.LOGIC: (ModelRef("n1n", "gpt-4o"), ModelRef("openai", "gpt-4o")),
    Tier.ARCHITECT: (ModelRef("n1n", "claude-3-5-sonnet"),),
}
PRICES = {
    Tier.UTILITY: Price(Decimal("0.20"), Decimal("0.60")),
    Tier.SPEED: Price(Decimal("0.075"), Decimal("0.30")),
    Tier.LOGIC: Price(Decimal("2.50"), Decimal("10.00")),
    Tier.ARCHITECT: Price(Decimal("3.00"), Decimal("15.00")),
}
WORK = (("document", Tier.UTILITY, 38), ("test", Tier.UTILITY, 26), ("ask", Tier.SPEED, 8), ("review", Tier.LOGIC, 20))
FAULTS = (
    (AttemptStatus.RATE_LIMITED, 8),
    (AttemptStatus.SERVER_ERROR, 4),
    (AttemptStatus.TIMEOUT, 2),
    (AttemptStatus.NETWORK, 2),
    (AttemptStatus.TRUNCATED, 2),
    (AttemptStatus.CREDENTIAL, 1),
)


class Nobody:
    """An Observer that records nothing."""

    def stage(self, name: str, model: ModelRef | None = None) -> None:
        """Not shown."""

    def wrote(self, text: str) -> None:
        """Not shown."""

    def tokens(self, so_far: int, cost: Decimal | None) -> None:
        """Not shown."""


@dataclass
class Diary:
    """Work of one developer, the same at every call with the same seed."""

    ledger: SqliteLedger
    begin: datetime
    seed: int = 7

    def __post_init__(self) -> None:
        self._rng = random.Random(self.seed)
        self._jobs = 0
        self._counted = 0

    def write(self, days: int = 40, busy: int = 14) -> None:
        """So many days, weekends mostly free, up to ``busy`` jobs on each."""
        for n in range(days):
            day = self.begin + timedelta(days=n)
            for _ in range(self._rng.randrange(busy // 2, busy) if day.weekday() < 5 else self._rng.choice((0, 0, 2))):
                self.job(day + timedelta(minutes=self._rng.randrange(540)))

    def job(self, at: datetime) -> None:
        """One action: perhaps failures and a failover, perhaps a refused answer and an escalation, mostly an answer."""
        rng = self._rng
        self._jobs += 1
        ((action, tier, _),) = rng.choices((*WORK, ("design", Tier.ARCHITECT, 8)), [*(w for *_, w in WORK), 8])
        self._counted, prior = round(rng.lognormvariate(7.3, 0.6)), round(rng.lognormvariate(5.6, 0.5))
        baseline = self._tariff(Tier.ARCHITECT, 0)
        allowance = Allowance(f"{self._jobs}", self.ledger, lambda: at, {}, Budget(), None)
        receipt = Receipt(
            f"{self._jobs}",
            "python",
            self.ledger,
            Nobody(),
            lambda: at,
            baseline,
            action,
            allowance,
            {},
            prior,
        )
        for candidate in [tier, *(t for t in tier.and_above() if t not in (tier, Tier.UTILITY))]:
            if (which := self._reached(receipt, candidate)) is None:
                return
            usage = self._usage(receipt, which, candidate)
            if rng.random() < 0.88 or candidate is Tier.ARCHITECT:
                cancelled = rng.random() < 0.02
                self._book(receipt, candidate, which, AttemptStatus.CANCELLED if cancelled else AttemptStatus.OK, usage)
                return
            self._book(receipt, candidate, which, AttemptStatus.REJECTED, usage)

    def _reached(self, receipt: Receipt, tier: Tier) -> int | None:
        """The deployment that answers after those that fail; ``None`` where none does."""
        models = TIERS[tier]
        receipt.estimates = dict.fromkeys(models, self._estimate(receipt, tier))
        for which in range(len(models)):
            for _ in range(2):
                if self._rng.random() >= (0.12 if which == 0 else 0.03):
                    return which
                ((status, _),) = self._rng.choices(FAULTS, [weight for _, weight in FAULTS])
                usage = self._usage(receipt, which, tier) if status is AttemptStatus.TRUNCATED else Usage()
                self._book(receipt, tier, which, status, usage)
                if status in (AttemptStatus.RATE_LIMITED, AttemptStatus.CREDENTIAL):
                    break
        return None

    def _estimate(self, receipt: Receipt, tier: Tier) -> Estimate:
        prompt = Prompt((), self._counted, 0, 0)
        candidate, spec = Candidate(tier, TIERS[tier]), catalog()[receipt.action]
        tariff = self._tariff(tier, 0, receipt.action)
        return quote(spec, candidate, prompt, receipt.prior_output, tariff, receipt.baseline)

    def _tariff(self, tier: Tier, which: int, action: str = "design") -> Tariff:
        model = TIERS[tier][which]
        return Tariff(model, PRICES[tier], self.ledger.token_calibration(model, action, "python"))

    def _usage(self, receipt: Receipt, which: int, tier: Tier) -> Usage:
        own = self._tariff(tier, which).token_calibration.input_factor
        sent = round(self._counted * own * self._rng.gauss(1.02, 0.02))
        return Usage(sent, output=max(1, round(receipt.prior_output * self._rng.lognormvariate(0, 0.4))))

    def _book(self, receipt: Receipt, tier: Tier, which: int, status: AttemptStatus, usage: Usage) -> None:
        ms = round(400 + usage.output * 12)
        attempt = Attempt(TIERS[tier][which], tier, status, usage, cost(usage, PRICES[tier]), ms)
        if status is AttemptStatus.OK and self._rng.random() < 0.04:
            attempt = replace(attempt, usage=Usage(), cost=Decimal(0), cached=True)
        receipt.book(attempt, self._counted)
