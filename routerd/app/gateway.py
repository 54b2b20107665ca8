"""The gateway: requests of other programs, routed, admitted, passed through and booked; knows no HTTP server."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from decimal import Decimal

from routerd.app.agent_turns import AgentTurns, session_key
from routerd.app.output_history import OutputHistory
from routerd.app.workspace import App
from routerd.domain.attempt import Attempt
from routerd.domain.counted_text import IMAGE_TOKENS, model_text
from routerd.domain.forward_ports import Forwarder, Sink
from routerd.domain.forwarded import Endpoint, ForwardedRequest
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.origin import Origin
from routerd.domain.quote import Candidate, Route
from routerd.domain.settings import Snapshot
from routerd.domain.verdict import Refusal, RefusalCode
from routerd.pipeline.dependencies import Dependencies
from routerd.pipeline.forward import Call, CallPlan, forward, plan_call
from routerd.providers.metering import estimated_tokens
from routerd.routing.last_words import last_turn
from routerd.routing.model_names import AUTO, meant_by, named_route, valid_names

Passage = tuple[Snapshot, Dependencies, Forwarder]
"""The settings of one moment, and what is used under them."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A request that may be sent."""

    call: Call
    plan: CallPlan
    passage: Passage


class Gateway:
    """One for each process; every request sees the settings of the moment at which it came."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._outputs = OutputHistory()
        self._turns = AgentTurns()
        self._passage = app.passage()
        self._warming: asyncio.Task[None] | None = None

    def warm(self) -> None:
        """Load what is slow to load in the background; the first request waits for it."""
        self._warming = self._warming or asyncio.ensure_future(self.app.warm(asks=False))

    def names(self) -> tuple[str, ...]:
        """The names of models that a client may ask for, but for aliases and further models of known providers."""
        return valid_names(self.app.snapshot)

    async def plan(
        self, request: ForwardedRequest, origin: Origin, max_cost: Decimal | None = None
    ) -> Planned | Refusal:
        """Decide everything that is decided before anything is sent."""
        self.warm()
        assert self._warming is not None
        await asyncio.shield(self._warming)
        if self._passage[0] is not self.app.snapshot:
            self._passage = self.app.passage()
        passage = self._passage
        snapshot, deps, _ = passage
        route = self._route(request, origin, snapshot)
        if isinstance(route, Refusal):
            return route
        route = _speaking(route, request.endpoint, snapshot)
        if isinstance(route, Refusal):
            return route
        counted = self.counted(request)
        outputs = self._outputs.of(origin.client, route.first.tier)
        call = Call(self.app.services.job_id(), request, route, counted, outputs, origin, max_cost)
        planned = plan_call(call, snapshot, deps)
        return planned if isinstance(planned, Refusal) else Planned(call, planned, passage)

    def counted(self, request: ForwardedRequest) -> int:
        """The input tokens of a request, by the local count."""
        text, data = model_text(request.body.values)
        return estimated_tokens(self.app.services.counter, text) + data * IMAGE_TOKENS

    async def forward(self, planned: Planned, sink: Sink) -> Attempt:
        """Send a planned request. Raises UpstreamError and OverBudget as ``forward_ports.Forwarder`` says."""
        attempt = await forward(planned.call, planned.plan, *planned.passage, sink)
        if planned.call.request.endpoint.generates:
            self._outputs.add(planned.call.origin.client, attempt.tier, attempt.usage.all_output)
        return attempt

    def _route(self, request: ForwardedRequest, origin: Origin, snapshot: Snapshot) -> Route | Refusal:
        body = request.body.values
        name = body["model"]
        if meant_by(name, snapshot) != AUTO:
            return named_route(name, snapshot)
        turn = last_turn(request.endpoint.dialect, body)
        session = session_key(origin.session, origin.client, body)
        kept = self._turns.route(session, turn, body)
        if kept is not None:
            return kept
        route = self.app.classify(turn.words)
        if not isinstance(route, Refusal):
            self._turns.keep(session, turn, route)
        return route


def _speaking(route: Route, endpoint: Endpoint, snapshot: Snapshot) -> Route | Refusal:
    """The route with those models of its first candidate whose provider offers the API that was asked."""
    first = route.first
    models = tuple(model for model in first.models if _speaks(model, endpoint, snapshot))
    if not models and endpoint.generates:  # asked in another API, with the request translated
        models = tuple(model for model in first.models if model.provider in snapshot.settings.providers)
    if models:
        return Route((Candidate(first.tier, models),), route.reason, route.classification, route.signals)
    if first.models == (OFFLINE,):
        return Refusal("This needs a model, and none has a key: 'routerd config init' says how.", RefusalCode.PROVIDER)
    providers = ", ".join(dict.fromkeys(model.provider for model in first.models))
    return Refusal(
        f"No model of {first.tier} can be asked over the API '{endpoint.dialect}': set dialects of the provider "
        f"({providers}) if it offers it, or ask for another model.",
        RefusalCode.DIALECT,
    )


def _speaks(model: ModelRef, endpoint: Endpoint, snapshot: Snapshot) -> bool:
    provider = snapshot.settings.providers.get(model.provider)
    return provider is not None and endpoint.dialect in provider.dialects
