"""The engine behind the Engine port: asks the deployments of a rung until one gives a whole answer.

It carries out what ``failover`` decides and ``aftermath`` concludes, and reports each attempt exactly once.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from routerd.adapters.upstream import breaker
from routerd.adapters.upstream.aftermath import Aftermath
from routerd.adapters.upstream.body import joined, request_body
from routerd.adapters.upstream.call import Call, answer
from routerd.adapters.upstream.client import load, loaded
from routerd.adapters.upstream.clock import Clock
from routerd.adapters.upstream.draft import Draft
from routerd.adapters.upstream.failover import Candidate, Go, Stop, Wait, next_move
from routerd.adapters.upstream.failure import TABLE, Failure, Fault, FaultError, classify
from routerd.adapters.upstream.health import Health, HealthStore, MemoryHealth
from routerd.adapters.upstream.job import Job
from routerd.adapters.upstream.keys import Keys
from routerd.adapters.upstream.survey import Survey
from routerd.adapters.upstream.till import Till
from routerd.adapters.upstream.tokens import estimated_tokens
from routerd.adapters.upstream.told import told
from routerd.adapters.upstream.traffic import Traffic
from routerd.adapters.upstream.under_way import Try
from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.errors import OverBudget
from routerd.domain.model import ModelRef
from routerd.domain.money import Price, Usage, cost
from routerd.domain.ports import Counter, Meter
from routerd.domain.prompt import Question
from routerd.domain.quote import Rung
from routerd.domain.reply import Finish, Reply
from routerd.domain.settings import Limits, ProviderSettings
from routerd.domain.verdict import Refusal


@dataclass
class UpstreamEngine:
    """Answers questions through OpenAI-compatible providers; see ``domain.ports.Engine``.

    One for each snapshot of the configuration; ``keys``, ``health`` and ``traffic`` outlive it and are shared.
    """

    providers: Mapping[str, ProviderSettings]
    keys: Keys
    price: Callable[[ModelRef], Price | None]
    counter: Counter
    limits: Limits
    clock: Clock
    rng: Random
    health: HealthStore = field(default_factory=MemoryHealth)
    traffic: Traffic = field(default_factory=Traffic)

    def __post_init__(self) -> None:
        self._till = Till(self.price, self.counter)
        self._survey = Survey(self.providers, self.keys, self.health, self.traffic, self._till, self.clock)
        self._aftermath = Aftermath(self.keys, self.health, self.traffic, self._till, self.clock, self.rng)

    async def warm(self) -> None:
        """Load what the first question would otherwise wait for."""
        if not loaded():
            await asyncio.to_thread(load)

    def first(self, question: Question, rung: Rung) -> ModelRef:
        """As the port says: by the same decision that ``ask`` takes, on the same survey."""
        if len(rung.models) == 1:
            return rung.models[0]
        move = next_move(self._survey.candidates(Job(question, rung, None, math.inf)), self.limits.total_s)
        return rung.models[0] if isinstance(move, Stop) else move.model

    async def ask(self, question: Question, rung: Rung, meter: Meter) -> Reply:
        """As the port says. Failed attempts are reported as they end, each once; waits are told as stages."""
        await self.warm()
        job = Job(question, rung, meter, self.clock.monotonic() + self.limits.total_s)
        while True:
            candidates = self._survey.candidates(job)
            left_s = job.deadline - self.clock.monotonic()
            move = Stop() if job.stopped else next_move(candidates, left_s, job.prefer)
            match move:
                case Stop():
                    raise job.verdict(self._reasons(candidates), left_s <= 0)
                case Wait(seconds, model, why):
                    length = "" if math.isinf(seconds) else f"{max(seconds, 1):.0f} s "
                    job.tell(f"waiting {length}for {model}: {why}")
                    await self.traffic.wait(min(seconds, left_s))
                case Go(model, why):
                    reply = await self._go(job, meter, model, why)
                    if reply is not None:
                        return reply

    @staticmethod
    def _reasons(candidates: list[Candidate]) -> dict[ModelRef, str]:
        """Why each deployment did not answer, with the time for those that will be back."""
        return {
            one.model: (one.why.rstrip(".") or "not tried")
            + (f", free in {one.wait_s:.0f} s" if 1 <= one.wait_s < math.inf else "")
            for one in candidates
        }

    # ── one call

    async def _go(self, job: Job, meter: Meter, model: ModelRef, why: str | None) -> Reply | None:
        """Call one deployment; ``None`` where the question goes on to the next."""
        provider = self.providers[model.provider]
        known = self.keys.known(provider)
        key = known or await self.keys.get(provider)
        if key.problem is not None:
            job.exclude(model, key.problem, Failure.CREDENTIAL)
            return None
        if known is None:
            return None  # its credential may be benched: look again, now that it is known
        if not self._probe(model):
            return None  # another request was faster: look again
        quirks = self._aftermath.quirks.get(model, provider.quirks)
        tried = Try(model, provider, key, quirks, self.clock.monotonic(), why, Draft())
        limiter, learnt = self.traffic.limiter(provider), self.traffic.learnt(model)
        slot = limiter.begin(tried.started, job.tokens)  # before anything is waited for, so that others see it
        used = 0
        try:
            allowed = await self._allowed(job, meter, tried)
            if isinstance(allowed, Refusal):
                self._refused(job, tried, allowed)
                return None
            job.max_output, used = allowed, job.tokens
            learnt.spend(job.input_tokens)
            meter.stage("asking", model)
            booked, reply = await self._call(job, meter, tried)
            used = booked.usage.all_input + booked.usage.all_output
        finally:
            limiter.end(slot, used)
            self.traffic.tell()
        return reply

    async def _allowed(self, job: Job, meter: Meter, tried: Try) -> int | Refusal:
        """The limit of the answer that may be paid for; a schema that goes along is read, and so paid, as well."""
        schema = job.question.prompt.schema if tried.quirks.json_schema else None
        counted = job.input_tokens + (self.counter.count(json.dumps(schema)) if schema else 0)
        try:
            return await meter.allow(tried.model, counted)
        except asyncio.CancelledError:
            self._aftermath.cancelled(tried)
            raise

    def _refused(self, job: Job, tried: Try, refusal: Refusal) -> None:
        """Not this deployment: it costs more than is left. The first is refused for good, as it is what was shown."""
        self._aftermath.cancelled(tried)
        job.exclude(tried.model, refusal.message.rstrip("."))
        if not job.attempts:
            job.stopped = OverBudget(refusal.message)

    async def _call(self, job: Job, meter: Meter, tried: Try) -> tuple[Attempt, Reply | None]:
        """The call itself, and what follows from how it ends."""
        client = self.traffic.client(tried.provider, tried.key.value)
        body = request_body(tried.model.model, job.question.prompt, tried.quirks, job.max_output, job.so_far)
        left_s = job.deadline - tried.started
        max_output = job.question.prompt.max_output
        call = Call(body, self.limits, left_s, self.clock.wall(), tried.quirks.sends_done, max_output)
        so_far, price = 0, self.price(tried.model)

        def arrived(text: str) -> None:
            nonlocal so_far
            so_far += estimated_tokens(self.counter, text)
            meter.tokens(so_far, cost(Usage(job.input_tokens, output=so_far), price) if price else None)

        try:
            await answer(client, call, tried.draft, arrived)
        except FaultError as error:
            return self._failed(job, meter, tried, error.fault), None
        except BaseException as end:  # the user cancelled, or the asker failed: what was used is booked
            self._aftermath.cancelled(tried)
            reason = "cancelled" if isinstance(end, asyncio.CancelledError) else type(end).__name__
            meter.attempted(self._attempt(job, tried, AttemptStatus.CANCELLED, reason))
            raise
        self._aftermath.answered(tried)
        booked = self._attempt(job, tried, AttemptStatus.OK, tried.why)
        return booked, Reply(joined(job.so_far, tried.draft.text), Finish.STOP, booked)

    def _failed(self, job: Job, meter: Meter, tried: Try, fault: Fault) -> Attempt:
        """Report the attempt and draw the consequences."""
        failure = classify(fault)
        why = told(fault, failure, tried.provider, tried.key.value, self.limits)
        booked = self._attempt(job, tried, TABLE[failure].status, why)
        meter.attempted(booked)
        self._aftermath.failed(job, tried, fault, failure, why)
        return booked

    def _attempt(self, job: Job, tried: Try, status: AttemptStatus, reason: str | None) -> Attempt:
        ms = round((self.clock.monotonic() - tried.started) * 1000)
        billed = self._till.bill(tried.model, tried.draft, job.input_tokens)
        job.attempts += 1
        return Attempt(
            tried.model,
            job.rung.tier,
            status,
            billed.usage,
            billed.cost,
            ms,
            reason,
            usage_estimated=billed.estimated,
        )

    def _probe(self, model: ModelRef) -> bool:
        """Whether this request may go; through a half-open breaker only as the one probe."""
        if not breaker.half_open(self.health.get(str(model))):
            return True
        won = False

        def move(health: Health) -> Health:
            nonlocal won
            probing = breaker.probe(health, self.clock.wall(), self.limits.first_token_s)
            won = probing is not None
            return probing or health

        self.health.change(str(model), move)
        return won
