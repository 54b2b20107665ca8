"""The Submissions port over the file of batches: what is at a provider, and under which of its ids."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from routerd.adapters.batch_store.codec import reply_text
from routerd.adapters.sqlite import Database
from routerd.domain.batch import Item, ItemState
from routerd.domain.model import ModelRef
from routerd.domain.stored_reply import StoredReply
from routerd.domain.submission import Submission

_HERE = "batch = ? AND id = ? AND state = 'submitted'"


class SqliteSubmissions:
    """See ``domain.submission.Submissions``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, submission: Submission, items: Sequence[Item], at: datetime) -> None:
        """As the port says."""
        with self._database.transaction() as run:
            run(
                "INSERT INTO submissions (label, batch, model, job, at, settled) VALUES (?, ?, ?, NULL, ?, 0)",
                (submission.label, submission.batch, str(submission.model), at.timestamp()),
            )
            for item in items:
                run(
                    "INSERT INTO submitted (label, item, counted) VALUES (?, ?, ?)",
                    (submission.label, item.id, submission.counted[item.id]),
                )
                run(
                    "UPDATE items SET state = ?, message = '', tier = ?, model = ?, wave = ? "
                    "WHERE batch = ? AND id = ?",
                    (
                        *(str(ItemState.SUBMITTED), str(item.tier), str(item.model), item.wave),
                        *(submission.batch, item.id),
                    ),
                )

    def name_job(self, label: str, job: str) -> None:
        """As the port says."""
        with self._database.transaction() as run:
            run("UPDATE submissions SET job = ? WHERE label = ?", (job, label))

    def unsettled(self, batch: str) -> tuple[Submission, ...]:
        """As the port says."""
        found = self._database.read(
            "SELECT label, model, job, at FROM submissions WHERE batch = ? AND settled = 0 ORDER BY at", (batch,)
        )
        return tuple(
            Submission(label, batch, ModelRef.parse(model), job, at, self._counted(label))
            for label, model, job, at in found
        )

    def _counted(self, label: str) -> dict[str, int]:
        return dict(self._database.read("SELECT item, counted FROM submitted WHERE label = ?", (label,)))

    def jobs(self) -> frozenset[str]:
        """As the port says."""
        return frozenset(job for (job,) in self._database.read("SELECT job FROM submissions WHERE job IS NOT NULL"))

    def receive(self, submission: Submission, item: str, reply: StoredReply) -> bool:
        """As the port says."""
        with self._database.transaction() as run:
            taken = run(
                f"UPDATE items SET state = ? WHERE {_HERE} RETURNING id",
                (str(ItemState.RECEIVED), submission.batch, item),
            )
            if taken:
                run(
                    "INSERT INTO replies SELECT ?, ?, COUNT(*), ? FROM replies WHERE batch = ? AND item = ?",
                    (submission.batch, item, reply_text(reply), submission.batch, item),
                )
        return bool(taken)

    def give_back(self, submission: Submission, items: Sequence[str], state: ItemState, message: str) -> list[str]:
        """As the port says."""
        found = []
        with self._database.transaction() as run:
            for item in items:
                found += run(
                    f"UPDATE items SET state = ?, message = ? WHERE {_HERE} RETURNING id",
                    (str(state), message.encode("utf-8", "replace").decode(), submission.batch, item),
                )
        return [item for (item,) in found]

    def waiting(self, submission: Submission) -> list[str]:
        """As the port says."""
        rows = self._database.read(
            "SELECT id FROM items JOIN submitted ON item = id AND submitted.label = ? "
            "WHERE batch = ? AND state = 'submitted'",
            (submission.label, submission.batch),
        )
        return [item for (item,) in rows]

    def settle(self, label: str) -> None:
        """As the port says."""
        with self._database.transaction() as run:
            run("UPDATE submissions SET settled = 1 WHERE label = ?", (label,))
