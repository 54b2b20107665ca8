"""Which machine asks which item of a batch, in PostgreSQL: one at a time, and the others get its answers.

A machine that dies loses its claims after a minute; who takes them over gets the answers that came until then.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress

from routerd.adapters.batch_store.codec import read_reply, reply_text
from routerd.adapters.postgres import Postgres, ServerConnection, Unstorable
from routerd.domain.claim_ports import Claim
from routerd.domain.errors import LedgerError
from routerd.domain.stored_reply import StoredReply

_LEASE_S = 60
_KEPT = "90 days"
_LEASE = f"now() + interval '{_LEASE_S} seconds'"


class PostgresClaims:
    """See ``Claims``."""

    def __init__(self, postgres: Postgres, process: str) -> None:
        self._postgres, self._process = postgres, process
        postgres.every(_LEASE_S / 3, self._renew)

    async def take(self, item: str, wave: int) -> Claim | None:
        """As the port says. Raises LedgerError."""
        name = f"{item}.{wave}"

        def claim(connection: ServerConnection) -> Claim | None:
            with connection.raw.transaction():
                connection.rows("INSERT INTO batch_items (item) VALUES (%s) ON CONFLICT DO NOTHING", (name,))
                rows = connection.rows(
                    "SELECT ended, answers::text, holder IS NOT NULL AND holder <> %s AND expires > now() "
                    "FROM batch_items WHERE item = %s FOR UPDATE SKIP LOCKED",
                    (self._process, name),
                )
                if not rows or (rows[0][2] and not rows[0][0]):
                    return None
                ended, answers, _ = rows[0]
                if not ended:
                    connection.rows(
                        f"UPDATE batch_items SET holder = %s, expires = {_LEASE} WHERE item = %s",
                        (self._process, name),
                    )
                return Claim(tuple(read_reply(one) for one in json.loads(answers)), ended=ended)

        try:
            return await asyncio.wrap_future(self._postgres.submit(name, claim))
        except Unstorable as fault:
            raise LedgerError(f"The shared ledger refused ({fault}).") from fault

    async def answered(self, item: str, reply: StoredReply) -> None:
        """As the port says; where the server is away the answer is in this machine's own state."""
        statement = "UPDATE batch_items SET answers = answers || %s::jsonb WHERE item = %s AND holder = %s"
        values = (json.dumps([reply_text(reply)]), f"{item}.{reply.wave}", self._process)
        await self._told(f"{item}.{reply.wave}", statement, values)

    async def end(self, item: str, wave: int, *, done: bool) -> None:
        """As the port says."""
        statement = "UPDATE batch_items SET holder = NULL, ended = %s WHERE item = %s AND holder = %s"
        await self._told(f"{item}.{wave}", statement, (done, f"{item}.{wave}", self._process))

    async def forget(self, items: list[str]) -> None:
        """As the port says."""
        await self._told("claims", "DELETE FROM batch_items WHERE split_part(item, '.', 1) = ANY(%s)", (items,))

    async def _told(self, queue: str, statement: str, values: tuple[object, ...]) -> None:
        with suppress(LedgerError, Unstorable):
            await asyncio.wrap_future(
                self._postgres.submit(queue, lambda connection: connection.rows(statement, values))
            )

    def _renew(self) -> None:
        self._postgres.submit(
            "claims",
            lambda connection: connection.rows(
                f"UPDATE batch_items SET expires = {_LEASE} WHERE holder = %s AND NOT ended", (self._process,)
            ),
            lambda fault: [],
        )
