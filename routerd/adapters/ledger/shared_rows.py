"""Books a row of an attempt in the shared ledger, with the failovers of its job."""

from __future__ import annotations

import json
from collections.abc import Mapping

from routerd.adapters.ledger.failovers import AttemptOfJob, cells
from routerd.adapters.postgres import ServerConnection

REPEATED = "batch"
"""How identities begin that each process gives to the same answer of a batch: its call may have been another's."""


def as_json(row: Mapping[str, object]) -> str:
    """Values as the functions of the shared ledger take them: PostgreSQL's text has neither NUL nor half characters."""
    return json.dumps({name: _text(value) if isinstance(value, str) else value for name, value in row.items()})


def _text(value: str) -> str:
    return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def add(connection: ServerConnection, row: dict[str, object], *, last: bool, failed: bool) -> None:
    """Book one row, once; ``failed``: whether it may be of a job with a failed attempt, which is counted too."""
    if str(row["entry"]).startswith(f"{REPEATED}/"):
        row = {**row, "any_process": True}
    values = as_json(row)
    if not failed:
        connection.rows("SELECT added, failed FROM routerd_book(%s::jsonb, %s)", (values, last))
        return
    with connection.raw.transaction():
        ((added, found),) = connection.rows("SELECT added, failed FROM routerd_book(%s::jsonb, %s)", (values, last))
        if added and found:
            _count_failovers(connection, row["job"])


def _count_failovers(connection: ServerConnection, job: object) -> None:
    found = connection.rows(
        "SELECT day, provider || '/' || model, tier, status, cost FROM attempts "
        "WHERE job = %s AND provider <> '' ORDER BY id",
        (job,),
    )
    if not found:
        return
    attempts = tuple(AttemptOfJob(*one[1:]) for one in found)
    more = cells(attempts)
    more.subtract(cells(attempts[:-1]))
    for cell, count in sorted(more.items()):
        if count:
            connection.rows(
                "INSERT INTO daily_failovers AS d (day, kind, source, target, count) VALUES (%s, %s, %s, %s, %s) "
                "ON CONFLICT (day, kind, source, target) DO UPDATE SET count = d.count + excluded.count",
                (found[0][0], *cell, count),
            )
