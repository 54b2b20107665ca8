"""Prepare: one request for a provider's batch service, planned, admitted and reserved as a call, but not sent."""

from __future__ import annotations

import json
from dataclasses import dataclass

from routerd.domain.action import Request
from routerd.domain.prompt import Prompt
from routerd.domain.settings import Snapshot
from routerd.domain.verdict import Refusal
from routerd.pipeline.answer_cache import answer_key
from routerd.pipeline.dependencies import Dependencies
from routerd.pipeline.plan import plan
from routerd.pipeline.receipt import Allowance
from routerd.pipeline.run import NO_INSTRUCTION


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request whose price is reserved."""

    prompt: Prompt
    max_output: int
    counted: int
    """Input tokens by the local count."""


@dataclass(frozen=True, slots=True)
class Known:
    """The same question was answered before: a run takes that answer for nothing."""


async def prepared(job: str, request: Request, snapshot: Snapshot, deps: Dependencies) -> Prepared | Known | Refusal:
    """The request of an item for the first model of its route, which is all that ``snapshot`` allows."""
    planned = plan(request, snapshot, deps, fresh=True)
    if isinstance(planned, Refusal):
        return planned
    question, decision = planned.question, planned.decision
    if question.spec.instructed and not request.instruction.strip():
        return NO_INSTRUCTION
    if decision.forecast.refusal is not None:
        return decision.forecast.refusal
    model = decision.asked[0].estimate.model
    if not request.fresh and await deps.cache.find(answer_key(question, str(model)), deps.clock()) is not None:
        return Known()
    settings = snapshot.settings
    provider = settings.providers[model.provider]
    schema = question.prompt.schema if provider.quirks.json_schema else None
    counted = question.prompt.input_tokens + (deps.counter.count(json.dumps(schema)) if schema else 0)
    terms = {one: quote.terms for one, quote in decision.quotes.items()}
    allowance = Allowance(job, deps.ledger, deps.clock, terms, settings.budget, decision.cap, request.origin)
    room = await allowance.call(model, counted)
    return room if isinstance(room, Refusal) else Prepared(question.prompt, room, counted)
