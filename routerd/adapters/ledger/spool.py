"""The spool: bookings that the ledger could not take yet, in a file beside it that outlives the process.

One file for each process, one JSON object on each line. A row has an identity of its own, so that a file that is read
twice adds nothing twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from routerd.adapters.ledger.rows import COLUMNS
from routerd.system.private_files import append_durably
from routerd.system.processes import alive
from routerd.system.regular_files import read_regular

_MOST_BYTES = 1 << 26
"""64 MB, sixty thousand rows: a larger file was not written by routerd."""

_LATER = {"baseline_model", "person", "team"}
"""Columns that a spool of an older version lacks."""

Values = Mapping[str, object]


class Spool:
    """The spool file of one process."""

    def __init__(self, ledger: Path, process: str, pid: int) -> None:
        self._ledger = ledger
        self._own = ledger.with_name(f"{ledger.name}.spool-{pid}-{process}")

    def add(self, row: Values, *, billed: bool) -> str | None:
        """Keeps the values of one row; why not, if the disk takes none.

        One that is not billed is that of a call that is being sent, and counts until the bill of its job follows.
        """
        try:
            append_durably(self._own, json.dumps({"billed": billed, "row": row}).encode() + b"\n")
        except OSError as fault:
            return str(fault)
        return None

    def clear(self) -> None:
        """Removes the file once the ledger has all that it holds."""
        with suppress(OSError):
            self._own.unlink(missing_ok=True)

    def folder_state(self) -> object:
        """What changes when a file comes to lie in the folder of spools, or leaves it."""
        with suppress(OSError):
            return self._own.parent.stat().st_mtime_ns
        return None

    def of_the_dead(self) -> Iterator[tuple[Path, str, list[Values]]]:
        """For each ended process its file, its identity and its rows; unreadable lines were never confirmed."""
        for path in sorted(self._ledger.parent.glob(f"{self._ledger.name}.spool-*")):
            pid, _, process = path.name.rpartition(".spool-")[2].partition("-")
            if path != self._own and pid.isdecimal() and process and not alive(int(pid[:9])):
                yield path, process, list(_rows(path))


def _rows(path: Path) -> Iterator[Values]:
    try:
        lines = read_regular(path, _MOST_BYTES).splitlines()
    except OSError:
        return
    open_calls: dict[object, Values] = {}
    for line in lines:
        try:
            entry = json.loads(line)
            row, billed = entry["row"], entry["billed"]
        except (ValueError, KeyError, TypeError, RecursionError):
            continue
        if not (
            isinstance(row, dict)
            and row.keys() | _LATER == COLUMNS
            and isinstance(row["job"], str)
            and isinstance(row["day"], str)
        ):
            continue
        if billed is True:
            open_calls.pop(row["job"], None)
            yield row
        else:
            open_calls[row["job"]] = row
    yield from open_calls.values()
