"""The review of a change: each changed file as one review action, within one cap over all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from routerd.app.changed_files import ChangedFile, without_secrets
from routerd.app.workspace import App
from routerd.domain.action import Request
from routerd.domain.finding import Finding
from routerd.domain.model import OFFLINE
from routerd.domain.money import Usage, total
from routerd.domain.outcome import Outcome, Status
from routerd.domain.ports import Editor, Observer
from routerd.domain.text import Text
from routerd.domain.verdict import Refusal, RefusalCode

_STOPPED = frozenset((RefusalCode.BUDGET, RefusalCode.PRICE, RefusalCode.CONFIRM, RefusalCode.LEDGER))
"""Refusals for the sake of money: the file would have been reviewed with more of it."""


@dataclass(frozen=True, slots=True)
class FileReview:
    """The review of one file."""

    path: str
    text: Text
    """The new side, to which the findings' ranges refer."""
    findings: tuple[Finding, ...]
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A file without a review, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class ChangeReview:
    """The result of a review, whole or not."""

    files: tuple[FileReview, ...] = ()
    uncovered: tuple[PassedOver, ...] = ()
    """Stopped by a budget, the cap, or a price that nobody agreed to."""
    failed: tuple[PassedOver, ...] = ()
    """No answer passed its check, or no provider answered."""
    skipped: tuple[PassedOver, ...] = ()
    """Nothing to review: deleted, binary, ignored, a file of secrets."""
    attempted: tuple[Outcome, ...] = ()
    """The outcomes of the files that were asked about, for the receipt."""

    @property
    def cost(self) -> Decimal | None:
        """Dollars over all attempts; ``None`` if any is unknown."""
        return total(attempt.cost for outcome in self.attempted for attempt in outcome.attempts)

    @property
    def usage(self) -> Usage:
        """Tokens over all attempts."""
        return sum((outcome.usage for outcome in self.attempted), Usage())

    @property
    def found(self) -> int:
        """How many findings there are."""
        return sum(len(file.findings) for file in self.files)

    @property
    def tokens_per_finding(self) -> int | None:
        """Tokens in and out for each finding; ``None`` without findings or without a model."""
        used = self.usage.all_input + self.usage.all_output
        return round(used / self.found) if self.found and used else None

    @property
    def offline(self) -> bool:
        """Whether the built-in checks alone reviewed everything that was reviewed."""
        return bool(self.files) and all(file.outcome.model == OFFLINE for file in self.files)


@dataclass(frozen=True, slots=True)
class ReviewPrice:
    """What a review would cost, before anything is sent."""

    likely: Decimal | None
    """Dollars over all files; ``None`` where a price is unknown."""
    most: Decimal | None
    files: int


def review_price(app: App, files: Sequence[ChangedFile]) -> ReviewPrice:
    """The total of the files' forecasts."""
    plans = [app.plan(file.request) for file in files if file.request is not None]
    forecasts = [plan.forecast for plan in plans if not isinstance(plan, Refusal)]
    allowed = [forecast for forecast in forecasts if forecast.refusal is None]
    return ReviewPrice(total(one.likely for one in allowed), total(one.most for one in allowed), len(forecasts))


async def review_change(
    app: App, files: Sequence[ChangedFile], editor: Editor, watch: Observer, most: Decimal | None = None
) -> ChangeReview:
    """Review the files one after the other, for no more than ``most`` dollars in all.

    Where a file would exceed what is left, it is uncovered, and cheaper ones are still reviewed.
    """
    reviewed: list[FileReview] = []
    uncovered: list[PassedOver] = []
    failed: list[PassedOver] = []
    skipped: list[PassedOver] = []
    outcomes: list[Outcome] = []
    for file in files:
        if file.request is None:
            skipped.append(PassedOver(file.path, file.skipped or "is passed over"))
            continue
        if most is not None:
            app.limit_actions(max(Decimal(0), most - _spent(outcomes)), "--max-cost")
        outcome = await app.run(file.request, editor, watch)
        outcomes.append(outcome)
        end = PassedOver(file.path, outcome.message)
        if outcome.status is Status.CANCELLED:
            failed.append(end)
            break
        if outcome.change is not None and outcome.change.findings is not None:
            reviewed.append(_reviewed(file.path, file.request, outcome))
        elif outcome.refusal in _STOPPED or (outcome.status is Status.REFUSED and outcome.refusal is None):
            uncovered.append(end)
        elif outcome.status is Status.REFUSED:
            skipped.append(end)
        else:
            failed.append(end)
    return ChangeReview(tuple(reviewed), tuple(uncovered), tuple(failed), tuple(skipped), tuple(outcomes))


def _spent(outcomes: Sequence[Outcome]) -> Decimal:
    """Dollars of all attempts; one of unknown price is not counted, as it was allowed without a limit."""
    costs = (attempt.cost for outcome in outcomes for attempt in outcome.attempts)
    return sum((cost for cost in costs if cost is not None), Decimal(0))


def _reviewed(path: str, request: Request, outcome: Outcome) -> FileReview:
    assert outcome.change is not None
    # A model's message may repeat a secret of the file, which a log must not show.
    findings = outcome.change.findings or ()
    told = tuple(replace(one, message=without_secrets(one.message)) for one in findings)
    return FileReview(path, request.document.text, told, outcome)
