"""The gateway: requests of other programs, routed, admitted, passed through and booked; knows no HTTP server."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from decimal import Decimal

from routerd.app.agent_turns import AgentTurns, LastAnswer, conversation_key
from routerd.app.output_history import OutputHistory
from routerd.app.shared_sessions import SharedSessions
from routerd.app.workspace import App
from routerd.domain.attempt import Attempt
from routerd.domain.counted_text import IMAGE_TOKENS, model_text, parts_of
from routerd.domain.forward_ports import Forwarder, Sink
from routerd.domain.forwarded import Endpoint, ForwardedRequest
from routerd.domain.input_tokens import InputTokens
from routerd.domain.limit import Limit
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.origin import Origin
from routerd.domain.quote import Candidate, Route
from routerd.domain.settings import Snapshot
from routerd.domain.tier import Tier
from routerd.domain.verdict import Refusal, RefusalCode
from routerd.pipeline.dependencies import Dependencies
from routerd.pipeline.forward import Call, CallPlan, forward, plan_call, tariff_of
from routerd.providers.forward.signatures import signatures_in
from routerd.providers.metering import estimated_tokens
from routerd.routing.last_words import UserTurn, last_turn
from routerd.routing.model_names import AUTO, meant_by, named_route, valid_names
from routerd.routing.session_affinity import CachedPrefix, PromptSize, keep_session_model

EVERYBODY = Origin("http")
"""An origin without a session, user or project, whose budgets are those of all."""

Passage = tuple[Snapshot, Dependencies, Forwarder]
"""The settings of one moment, and what is used under them."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request with what is known of it before a model is chosen."""

    request: ForwardedRequest
    origin: Origin
    turn: UserTurn
    tokens: int
    """Of its input, by the local count."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A request that may be sent."""

    call: Call
    plan: CallPlan
    passage: Passage
    conversation: str | None = None
    """Whose turns are remembered, where ``auto`` was asked for."""


class Gateway:
    """One for each process; every request sees the settings of the moment at which it came."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._outputs = OutputHistory()
        self._turns = AgentTurns()
        self._passage = app.passage()
        self._warming: asyncio.Task[None] | None = None
        self.requests = 0
        """Under way."""

    def warm(self) -> None:
        """Load what is slow to load in the background; the first request waits for it."""
        self._warming = self._warming or asyncio.ensure_future(self.app.warm())

    def names(self) -> tuple[str, ...]:
        """The names of models that a client may ask for, but for aliases and further models of known providers."""
        return valid_names(self.app.snapshot)

    async def plan(
        self, request: ForwardedRequest, origin: Origin, max_cost: Decimal | None = None
    ) -> Planned | Refusal:
        """Decide everything that is decided before anything is sent."""
        planned = await self._planned(request, origin, max_cost)
        if isinstance(planned, Refusal):
            self.app.deps.measures.refused(planned.code)
        return planned

    async def _planned(self, request: ForwardedRequest, origin: Origin, max_cost: Decimal | None) -> Planned | Refusal:
        self.warm()
        assert self._warming is not None
        await asyncio.shield(self._warming)
        if self._passage[0] is not self.app.snapshot:
            self._passage = self.app.passage()
        passage = self._passage
        snapshot, deps, _ = passage
        await self._recognise(request)
        counted = self.counted(request)
        turn = last_turn(request.endpoint.dialect, request.body.values)
        origin = replace(origin, turn=str(turn.number) if turn.number else None)
        asked = _Asked(request, origin, turn, counted.total)
        conversation = None
        if meant_by(request.body.values["model"], snapshot) != AUTO:
            route = named_route(request.body.values["model"], snapshot)
        elif self._turns.is_side_call(origin, bool(request.body.values.get("tools")), counted.total):
            route = _side(named_route(Tier.SPEED, snapshot))
        else:
            conversation = conversation_key(origin, turn)
            route = await self._route(asked, conversation, passage)
        if isinstance(route, Refusal):
            return route
        route = _speaking(route, request.endpoint, snapshot)
        if isinstance(route, Refusal):
            return route
        outputs = self._outputs.of(origin.client, route.first.tier)
        request = replace(request, switches=conversation is not None)
        call = Call(self.app.services.job_id(), request, route, counted, outputs, origin, max_cost)
        planned = plan_call(call, snapshot, deps)
        return planned if isinstance(planned, Refusal) else Planned(call, planned, passage, conversation)

    def budgets(self) -> tuple[Limit, ...] | Refusal:
        """The budgets that hold for every request, as they stand; a Refusal where the ledger cannot be used.

        None in a shared ledger, whose budgets are those of persons, projects and teams: their number has no bound.
        """
        limits = self.app.deps.ledger.limits(self.app.deps.clock(), EVERYBODY)
        return () if self.app.settings.ledger.url is not None and not isinstance(limits, Refusal) else limits

    def warnings(self, origin: Origin) -> tuple[str, ...]:
        """Sentences on budgets of which most is spent."""
        ledger = self._passage[1].ledger
        limits = ledger.limits(self._passage[1].clock(), origin)
        if isinstance(limits, Refusal):
            return ()
        return tuple(told for limit in limits if (told := limit.warning))

    def counted(self, request: ForwardedRequest) -> InputTokens:
        """The input tokens of a request, by the local count."""
        parts = parts_of(request.body.values)
        tools, system, rest = (self._tokens(part) for part in (parts.tools, parts.system, parts.rest))
        return InputTokens(tools + system + rest, tools, system)

    def _tokens(self, part: object) -> int:
        text, data = model_text(part)
        return estimated_tokens(self.app.services.counter, text) + data * IMAGE_TOKENS

    async def forward(self, planned: Planned, sink: Sink) -> Attempt:
        """Send a planned request. Raises UpstreamError and OverBudget as ``forward_ports.Forwarder`` says."""
        self.requests += 1
        try:
            attempt = await forward(planned.call, planned.plan, *planned.passage, sink)
        finally:
            self.requests -= 1
        if planned.call.request.endpoint.generates:
            self._outputs.add(planned.call.origin.client, attempt.tier, attempt.usage.all_output)
            if planned.conversation is not None:
                tokens = planned.call.counted + attempt.usage.all_output
                answer = LastAnswer(attempt.model, attempt.tier, tokens, planned.passage[1].clock())
                other, sessions = self._turns.answered(planned.conversation, answer), self._sessions()
                if other is not None and sessions is not None and planned.call.origin.turn is not None:
                    sessions.answered(planned.conversation, int(planned.call.origin.turn), other)
        return attempt

    async def _recognise(self, request: ForwardedRequest) -> None:
        """Learn from the other replicas who signed what this one has never seen: they may have begun the session."""
        sessions, makers = self._sessions(), self.app.services.makers
        if sessions is not None:
            unknown = makers.unknown(one for said in _messages(request) for one in signatures_in(said))
            for digest, model in (await sessions.signers(unknown) if unknown else {}).items():
                makers.learned(digest, model)

    def _sessions(self) -> SharedSessions | None:
        shared = self.app.services.shared(self.app.settings.ledger, self.app.keys.environ)
        return None if shared is None else shared.sessions

    def _begun(self, asked: _Asked, snapshot: Snapshot) -> Route | None:
        """The route of a tool loop that an earlier process began: to the model that signed its reasoning.

        Another model would refuse the reasoning, and some refuse a tool's result without it.
        """
        if not asked.turn.in_loop:
            return None
        said = reversed(_messages(asked.request))
        makers = (self.app.services.makers.maker(one) for message in said for one in signatures_in(message))
        maker = next(filter(None, makers), None)
        for tier, models in snapshot.usable.items():
            if maker in models:
                others = tuple(model for model in models if model != maker)
                return Route((Candidate(tier, (maker, *others)),), f"{maker} has begun this turn")
        return None

    async def _route(self, asked: _Asked, conversation: str, passage: Passage) -> Route | Refusal:
        """For ``auto``: decided once for each user turn, by the person's words and by what a switch would cost."""
        sessions = self._sessions()
        if sessions is not None and asked.turn.in_loop and not self._turns.decided(conversation, asked.turn):
            usable = passage[0].usable
            route = self._begun(asked, passage[0]) or await sessions.route(conversation, asked.turn.number, usable)
            if route is not None:
                self._turns.keep(conversation, asked.turn, route)
                return route
        kept = self._turns.route(conversation, asked.turn)
        if kept is not None:
            return kept
        if (begun := self._begun(asked, passage[0])) is not None:
            self._turns.keep(conversation, asked.turn, begun)
            return begun
        chosen = await self._chosen(asked, conversation, passage)
        if isinstance(chosen, Refusal):
            return chosen
        self._turns.keep(conversation, asked.turn, chosen)
        if sessions is not None:
            await sessions.begun(conversation, asked.turn.number, chosen)
        return chosen

    async def _chosen(self, asked: _Asked, conversation: str, passage: Passage) -> Route | Refusal:
        """For a turn that begins."""
        route = await asyncio.to_thread(self.app.classify, asked.turn.words)  # the first time loads the classifier
        if isinstance(route, Refusal):
            return route
        snapshot, deps, _ = passage
        last = self._turns.last(conversation)
        if last is not None:
            cached = CachedPrefix(last.model, last.tier, min(last.tokens, asked.tokens), deps.clock() - last.at)
            output = self._outputs.of(asked.origin.client, route.first.tier).likely
            name = asked.request.endpoint.action
            size = PromptSize(asked.tokens, output)
            route = keep_session_model(route, cached, snapshot, size, lambda model: tariff_of(model, name, deps))
        return route


def _messages(request: ForwardedRequest) -> list[object]:
    """What was said so far, the oldest first."""
    values = request.body.values
    given = values.get("input") if request.endpoint is Endpoint.RESPONSES else values.get("messages")
    return given if isinstance(given, list) else []


def _side(route: Route | Refusal) -> Route | Refusal:
    return route if isinstance(route, Refusal) else replace(route, reason="a small call without the agent's tools")


def _speaking(route: Route, endpoint: Endpoint, snapshot: Snapshot) -> Route | Refusal:
    """The route with those models of its first candidate that can be asked: first those whose provider offers the API.

    The others follow in their order, as a request for text can be translated.
    """
    first = route.first
    models = tuple(model for model in first.models if _speaks(model, endpoint, snapshot))
    if endpoint.generates:
        known = (model for model in first.models if model.provider in snapshot.settings.providers)
        models += tuple(model for model in known if model not in models)
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
