"""What a job holds for its next call: reserved before it, sent with it, and settled by its bill."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime

from routerd.adapters.ledger.budgets import CountedFor
from routerd.adapters.ledger.rows import COLUMNS
from routerd.adapters.ledger.schema import Run

SUBMITTED = "a provider's batch"
"""The process of what a provider's batch holds, which is never one that died; see ``submitted``."""
_DIED = "the process ended before it knew the bill"
_UNKNOWN = {
    "status": "unknown",
    "usage_estimated": 1,
}
_COUNTS = "input cached_input cache_write output reasoning counted_input prior_output ms cached"


@dataclass(frozen=True, slots=True)
class Reservation:
    """The reserved amount of one job of one process."""

    process: str
    job: str
    at: float
    """POSIX seconds."""
    amount: int
    """Pico-dollars."""
    who: CountedFor

    def write(self, run: Run, *, sent: bool) -> None:
        """Replaces what the job held."""
        who = self.who
        run(
            "INSERT INTO reservations (job, process, pid, at, amount, project, session, person, team, sent) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (process, job) DO UPDATE SET at = excluded.at, amount = excluded.amount, sent = excluded.sent",
            (
                *(self.job, self.process, os.getpid(), self.at, self.amount, who.project, who.session),
                *(who.person or "", who.team or "", int(sent)),
            ),
        )

    def unknown_bill(self, reason: str = _DIED) -> dict[str, object]:
        """The row of a call that was sent and whose bill nobody read: the most that it can have cost, flagged."""
        row: dict[str, object] = dict.fromkeys(COLUMNS)
        row.update(dict.fromkeys(("action", "language", "tier", "provider", "model"), ""))
        row.update(dict.fromkeys(_COUNTS.split(), 0), **_UNKNOWN, reason=reason)
        row["day"] = datetime.fromtimestamp(self.at).astimezone().date().isoformat()
        row.update(at=self.at, job=self.job, cost=self.amount, project=self.who.project)
        row.update(session=self.who.session, person=self.who.person or "", team=self.who.team or "")
        # One call of a job is open at a time, so that this names it.
        row["entry"] = f"{self.process}/{self.job}/{self.at!r}"
        return row
