"""What the gateways of a team tell each other about agents' sessions: who signed what, and who answers a turn."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from routerd.adapters.ledger import SharedNotes
from routerd.adapters.postgres import Postgres
from routerd.domain.model import ModelRef
from routerd.domain.quote import Candidate, Route
from routerd.domain.tier import Tier

_MONTH_S, _DAY_S = 30 * 86_400.0, 86_400.0
"""A session that was left for a month is not gone on with; a turn takes hours at the most."""


class SharedSessions:
    """One for each server."""

    def __init__(self, server: Postgres) -> None:
        self._makers = SharedNotes(server, "maker", _MONTH_S)
        self._turns = SharedNotes(server, "turn", _DAY_S)

    def signed(self, digest: bytes, model: ModelRef) -> None:
        """A model's answer held the signature of this digest."""
        self._makers.keep(digest.hex(), str(model))

    async def signers(self, digests: Collection[bytes]) -> Mapping[bytes, ModelRef]:
        """Who made the signatures of these digests, as far as any gateway knows."""
        found = await self._makers.found([digest.hex() for digest in digests])
        return {bytes.fromhex(key): ModelRef.parse(value) for key, value in found.items()}

    async def begun(self, conversation: str, number: int, route: Route) -> None:
        """A turn of a person was given a route; the other gateways know of it when this returns."""
        await self._turns.kept(f"{conversation}/{number}", _written(route))

    def answered(self, conversation: str, number: int, route: Route) -> None:
        """Another model than the first one answers it, as that failed."""
        self._turns.keep(f"{conversation}/{number}", _written(route))

    async def route(self, conversation: str, number: int, usable: Mapping[Tier, tuple[ModelRef, ...]]) -> Route | None:
        """The route that a turn was given by any gateway, if its model can still be asked."""
        for value in (await self._turns.found([f"{conversation}/{number}"])).values():
            tier, _, name = value.partition(" ")
            models = usable.get(Tier(tier), ()) if tier in list(Tier) else ()
            first = tuple(model for model in models if str(model) == name)
            if first:
                others = tuple(model for model in models if model not in first)
                return Route((Candidate(Tier(tier), (*first, *others)),), f"{name} has begun this turn")
        return None

    def fold(self) -> None:
        """Drop what is old. Raises LedgerError."""
        self._makers.fold()
        self._turns.fold()


def _written(route: Route) -> str:
    return f"{route.first.tier} {route.first.models[0]}"
