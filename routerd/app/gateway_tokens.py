"""Who a request of another program is from: by the user's own file of tokens, else by the tokens of the ledger."""

from __future__ import annotations

import asyncio
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from routerd.app.http_tokens import HttpTokens
from routerd.domain.errors import LedgerError, UsageError
from routerd.domain.gateway_token import Holder, StoredToken, TokenStore, digest_of, written
from routerd.domain.origin import Origin

if TYPE_CHECKING:
    from routerd.app.workspace import App

KNOWN_S = 1.0
"""Seconds for which a token that was found is not looked up again: a revoked one is refused after so long."""
AWAY_S = 600.0
"""Seconds for which a token that was found counts while the database is away, as nobody can revoke it meanwhile."""
_MOST_KNOWN = 4_096
_BYTES = 32
_NUMBER_BYTES = 5


@dataclass(frozen=True, slots=True)
class _Known:
    holder: Holder
    at: float


class GatewayTokens:
    """One for each gateway. ``store`` is asked for anew each time: a reload may name another ledger."""

    def __init__(
        self, file: HttpTokens, store: Callable[[], TokenStore], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.file, self._store, self._clock = file, store, clock
        self._known: dict[bytes, _Known] = {}

    async def holder(self, shown: str) -> Holder | None:
        """Whom a token that was shown stands for; ``None`` for a wrong or revoked one.

        Raises LedgerError where the database that would know it is away, UsageError for a file that cannot be used.
        """
        label = self.file.label(shown)
        if label is not None:
            return Holder(label)
        digest = digest_of(shown)
        if digest is None:
            return None
        now = self._clock()
        known = self._known.get(digest)
        if known is not None and now - known.at < KNOWN_S:
            return known.holder
        try:
            found = await asyncio.to_thread(self._store().find, digest)
        except LedgerError:
            if known is not None and now - known.at < AWAY_S:
                return known.holder
            raise
        # The index that found it compared in its own time, which tells of hashes that nobody can choose.
        if found is None or found.revoked is not None or not hmac.compare_digest(found.digest, digest):
            self._known.pop(digest, None)
            return None
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[digest] = _Known(found.holder, now)
        return found.holder


def token_store(app: App) -> TokenStore:
    """The tokens in the ledger that a workspace's settings name."""
    shared = app.services.shared(app.settings.ledger, app.keys.environ)
    return app.services.tokens if shared is None else shared.tokens


def added(store: TokenStore, holder: Holder, at: float) -> tuple[StoredToken, str]:
    """A new token's row and the token itself, which nobody can read again. Raises LedgerError and UsageError."""
    # An Origin bounds names to what a ledger stores.
    named = Origin(person=holder.person, project=holder.project, team=holder.team, client=holder.label)
    if named.person is None and named.project is None:
        raise UsageError("Whose token is it? Name --person, --project or both.")
    holder = Holder(named.client or "", named.person, named.project, named.team)
    token = written(secrets.token_urlsafe(_BYTES))
    digest = digest_of(token)
    assert digest is not None
    row = StoredToken(secrets.token_hex(_NUMBER_BYTES), digest, holder, at)
    store.add(row)
    return row, token
