"""The BatchStore port over SQLite: items, answers, results and texts; every method is one transaction."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from routerd.adapters.batch_store.codec import change_text, read_change, read_reply, reply_text
from routerd.adapters.batch_store.submissions import SqliteSubmissions
from routerd.adapters.batch_store.tables import MIGRATIONS
from routerd.adapters.sqlite import Database, Row
from routerd.domain.batch import Item, ItemState
from routerd.domain.errors import LedgerError
from routerd.domain.model import ModelRef
from routerd.domain.money import total
from routerd.domain.reply import Change
from routerd.domain.stored_reply import StoredReply
from routerd.domain.text import Text
from routerd.domain.tier import Tier
from routerd.system.processes import alive

_Run = Callable[[str, Sequence[object]], list[Row]]
_FAST = 1
"""zlib's fastest level: source halves and more at 50 MB/s."""
_COLUMNS = (
    "id, path, symbol, label, text, tier, model, input_tokens, low, likely, high, most, state, message, cost, wave"
)


class SqliteBatchStore:
    """One file for all batches of a user."""

    def __init__(self, path: Path, at: datetime) -> None:
        """Opens or creates it. Raises LedgerError where it cannot be used: paid answers need a place."""
        self._database = Database(path, MIGRATIONS, at, name="state of batches")
        if self._database.session_only:
            problem = self._database.problem
            self._database.close()
            raise LedgerError(f"Nothing was sent: {problem}")
        self.submissions = SqliteSubmissions(self._database)
        self.problem = self._database.problem
        """A sentence for the user where an older file was corrupt and set aside."""

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    def keep_texts(self, texts: Mapping[str, Text]) -> None:
        """As the port says."""
        with self._database.transaction() as run:
            for hashed, text in texts.items():
                _keep_text(run, hashed, text)

    def renew(self, batch: str, items: Iterable[str]) -> None:
        """As the port says."""
        with self._database.transaction() as run:
            for item in items:
                # What is at a provider, or came from one and is not booked yet, is settled first.
                renewed = run(
                    "UPDATE items SET state = ?, message = '', wave = 1, result = NULL WHERE batch = ? AND id = ? "
                    "AND state NOT IN (?, ?) RETURNING id",
                    (str(ItemState.PLANNED), batch, item, str(ItemState.SUBMITTED), str(ItemState.RECEIVED)),
                )
                if renewed:
                    run("DELETE FROM replies WHERE batch = ? AND item = ?", (batch, item))

    def save_plan(self, batch: str, about: Mapping[str, str], items: Iterable[Item], at: datetime) -> None:
        """As the port says."""
        with self._database.transaction() as run:
            run("INSERT OR REPLACE INTO batches VALUES (?, ?, ?)", (batch, at.timestamp(), json.dumps(dict(about))))
            run("UPDATE items SET number = NULL WHERE batch = ?", (batch,))
            for number, item in enumerate(items):
                values = _values(item)
                run(
                    f"INSERT INTO items (batch, number, {_COLUMNS}) VALUES (?, ?{', ?' * len(values)}) "
                    "ON CONFLICT (batch, id) DO UPDATE SET number = excluded.number, low = excluded.low, "
                    "likely = excluded.likely, high = excluded.high, most = excluded.most, "
                    "tier = CASE WHEN state = 'planned' THEN excluded.tier ELSE tier END, "
                    "model = CASE WHEN state = 'planned' THEN excluded.model ELSE model END",
                    (batch, number, *values),
                )
            run(
                "DELETE FROM items WHERE batch = ? AND number IS NULL AND state NOT IN (?, ?) AND NOT EXISTS "
                "(SELECT 1 FROM replies WHERE replies.batch = items.batch AND item = items.id)",
                (batch, str(ItemState.SUBMITTED), str(ItemState.DONE)),
            )

    def batches(self) -> tuple[tuple[str, Mapping[str, str], float], ...]:
        """Every batch: its id, what it is about, and when it was planned last, newest first."""
        rows = self._database.read("SELECT id, about, at FROM batches ORDER BY at DESC")
        return tuple((name, json.loads(about), at) for name, about, at in rows)

    def items(self, batch: str) -> tuple[Item, ...]:
        """As the port says."""
        rows = self._database.read(
            f"SELECT {_COLUMNS} FROM items WHERE batch = ? AND (number IS NOT NULL OR state IN (?, ?)) "
            "ORDER BY number IS NULL, number",
            (batch, str(ItemState.SUBMITTED), str(ItemState.RECEIVED)),
        )
        return tuple(map(_item, rows))

    def text(self, hashed: str) -> Text:
        """As the port says. Raises LedgerError where the text is not there."""
        rows = self._database.read("SELECT content FROM texts WHERE hash = ?", (hashed,))
        if not rows:
            raise LedgerError("A text is missing from the state of batches: plan again.")
        return Text(zlib.decompress(rows[0][0]).decode("utf-8", "surrogatepass"))

    def keep_reply(self, batch: str, item: str, reply: StoredReply) -> None:
        """As the port says."""
        with self._database.transaction() as run:
            run(
                "INSERT INTO replies SELECT ?, ?, COUNT(*), ? FROM replies WHERE batch = ? AND item = ?",
                (batch, item, reply_text(reply), batch, item),
            )

    def replies(self, batch: str, item: str) -> tuple[StoredReply, ...]:
        """As the port says."""
        rows = self._database.read(
            "SELECT reply FROM replies WHERE batch = ? AND item = ? ORDER BY number", (batch, item)
        )
        return tuple(read_reply(reply) for (reply,) in rows)

    def finish(self, batch: str, item: Item, change: Change | None) -> None:
        """As the port says."""
        with self._database.transaction() as run:

            def keep(text: Text) -> str:
                hashed = sha256(text.string.encode("utf-8", "surrogatepass")).hexdigest()
                _keep_text(run, hashed, text)
                return hashed

            run(
                "UPDATE items SET state = ?, message = ?, cost = ?, wave = ?, tier = ?, model = ?, result = ? "
                "WHERE batch = ? AND id = ?",
                (
                    *(str(item.state), _storable(item.message), _stored(item.cost), item.wave),
                    *(str(item.tier), str(item.model), None if change is None else change_text(change, keep)),
                    *(batch, item.id),
                ),
            )

    def change(self, batch: str, item: str) -> Change | None:
        """As the port says."""
        rows = self._database.read("SELECT result FROM items WHERE batch = ? AND id = ?", (batch, item))
        return read_change(rows[0][0], self.text) if rows and rows[0][0] is not None else None

    def set_state(self, batch: str, items: Iterable[str], state: ItemState, message: str = "") -> None:
        """As the port says."""
        with self._database.transaction() as run:
            for item in items:
                run(
                    "UPDATE items SET state = ?, message = ? WHERE batch = ? AND id = ?",
                    (str(state), _storable(message), batch, item),
                )

    def drop_open(self, batch: str) -> int:
        """Removes the items that nobody asked or that have no usable answer; how many there were."""
        with self._database.transaction() as run:
            return len(
                run(
                    "DELETE FROM items WHERE batch = ? AND state IN (?, ?, ?) RETURNING id",
                    (batch, str(ItemState.PLANNED), str(ItemState.REFUSED), str(ItemState.FAILED)),
                )
            )

    def forget(self, batch: str) -> None:
        """Removes a batch with everything that is stored of it."""
        with self._database.transaction() as run:
            run("DELETE FROM replies WHERE batch = ?", (batch,))
            run("DELETE FROM items WHERE batch = ?", (batch,))
            run("DELETE FROM batches WHERE id = ?", (batch,))
            if not run("SELECT 1 FROM items LIMIT 1", ()):  # a result may refer to any text, so all of them or none
                run("DELETE FROM texts", ())

    def lock(self, root: str, pid: int, at: datetime) -> int | None:
        """As the port says; a process that ended without giving it back does not keep it."""
        with self._database.transaction() as run:
            rows = run("SELECT pid FROM locks WHERE root = ?", (root,))
            if rows and rows[0][0] != pid and alive(rows[0][0]):
                return int(rows[0][0])
            run("INSERT OR REPLACE INTO locks VALUES (?, ?, ?, 0)", (root, pid, at.timestamp()))
        return None

    def stop(self, root: str) -> bool:
        """As the port says."""
        with self._database.transaction() as run:
            rows = run("UPDATE locks SET stop = 1 WHERE root = ? RETURNING pid", (root,))
        return bool(rows) and alive(rows[0][0])

    def stop_asked(self, root: str, pid: int) -> bool:
        """As the port says."""
        rows = self._database.read("SELECT stop FROM locks WHERE root = ? AND pid = ?", (root, pid))
        return bool(rows and rows[0][0])

    def unlock(self, root: str, pid: int) -> None:
        """As the port says."""
        with self._database.transaction() as run:
            run("DELETE FROM locks WHERE root = ? AND pid = ?", (root, pid))

    def spent(self, batch: str) -> Decimal | None:
        """As the port says."""
        rows = self._database.read("SELECT cost FROM items WHERE batch = ?", (batch,))
        return total(_cost(cost) for (cost,) in rows)


def _keep_text(run: _Run, hashed: str, text: Text) -> None:
    if not run("SELECT 1 FROM texts WHERE hash = ?", (hashed,)):
        packed = zlib.compress(text.string.encode("utf-8", "surrogatepass"), _FAST)
        run("INSERT INTO texts VALUES (?, ?)", (hashed, packed))


def _values(item: Item) -> tuple[object, ...]:
    money = (None if amount is None else str(amount) for amount in (item.low, item.likely, item.high, item.most))
    return (
        *(item.id, item.path, item.symbol, item.label, item.text, str(item.tier), str(item.model), item.input_tokens),
        *money,
        *(str(item.state), _storable(item.message), _stored(item.cost), item.wave),
    )


_UNKNOWN = "unknown"
"""A cost as it is stored where a price is unknown; the column takes no NULL."""


def _stored(cost: Decimal | None) -> str:
    return _UNKNOWN if cost is None else str(cost)


def _cost(stored: str) -> Decimal | None:
    return None if stored == _UNKNOWN else Decimal(stored)


def _item(row: Row) -> Item:
    name, path, symbol, label, text, tier, model, tokens, *rest = row
    low, likely, high, most, state, message, cost, wave = rest

    def money(written: Any) -> Decimal | None:
        return None if written is None else Decimal(written)

    return Item(
        *(name, path, symbol, label, text, Tier(tier), ModelRef.parse(model), tokens),
        *(money(low), money(likely), money(high), money(most)),
        *(ItemState(state), message, _cost(cost), wave),
    )


def _storable(words: str) -> str:
    """A provider's words may hold half a character."""
    return words.encode("utf-8", "replace").decode()
