"""The engine behind the Engine port: asks the deployments of a rung until one gives a whole answer.

It carries out what ``failover`` decides and ``aftermath`` concludes, and reports each attempt exactly once.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from random import Random

from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.errors import OverBudget
from routerd.domain.model import ModelRef
from routerd.domain.money import Price, Usage, cost
from routerd.domain.ports import Counter, Meter
from routerd.domain.prompt import Question
from routerd.domain.quote import Candidate
from routerd.domain.reply import Finish, Reply
from routerd.domain.settings import Limits, ProviderSettings
from routerd.domain.verdict import Refusal
from routerd.providers import breaker
from routerd.providers.attempt import RunningAttempt
from routerd.providers.body import joined, request_body
from routerd.providers.call import ProviderCall, answer
from routerd.providers.classify import classify
from routerd.providers.client import load, loaded
from routerd.providers.clock import Clock
from routerd.providers.deployments import DeploymentView
from routerd.providers.draft import Draft
from routerd.providers.failover import Deployment, Go, Stop, Wait, next_move
from routerd.providers.failover_state import FailoverState
from routerd.providers.failure import TABLE, Failure, ProviderFault, ProviderFaultError
from routerd.providers.failure_policy import FailurePolicy
from routerd.providers.health import Health, HealthStore, MemoryHealth
from routerd.providers.keys import KeyCache
from routerd.providers.messages import failure_message
from routerd.providers.metering import UsageMeter
from routerd.providers.provider_state import ProviderState
from routerd.providers.tokens import estimated_tokens


@dataclass
class UpstreamEngine:
    """Answers questions through OpenAI-compatible providers; see ``domain.ports.Engine``.

    One for each snapshot of the configuration; ``keys``, ``health`` and ``traffic`` outlive it and are shared.
    """

    providers: Mapping[str, ProviderSettings]
    keys: KeyCache
    price: Callable[[ModelRef], Price | None]
    counter: Counter
    limits: Limits
    clock: Clock
    rng: Random
    first_token_s: Callable[[ModelRef], float | None] = lambda model: None
    """Seconds of silence that one model is allowed, where the settings say so."""
    health: HealthStore = field(default_factory=MemoryHealth)
    provider_state: ProviderState = field(default_factory=ProviderState)

    def __post_init__(self) -> None:
        self._usage_meter = UsageMeter(self.price, self.counter)
        self._deployments = DeploymentView(
            self.providers, self.keys, self.health, self.provider_state, self._usage_meter, self.clock
        )
        self._failure_policy = FailurePolicy(
            self.keys, self.health, self.provider_state, self._usage_meter, self.clock, self.rng
        )

    async def warm(self) -> None:
        """Load what the first question would otherwise wait for."""
        if not loaded():
            await asyncio.to_thread(load)

    def first(self, question: Question, candidate: Candidate) -> ModelRef:
        """As the port says: by the same decision that ``ask`` takes, on the same survey."""
        if len(candidate.models) == 1:
            return candidate.models[0]
        move = next_move(
            self._deployments.deployments(FailoverState(question, candidate, None, math.inf)), self.limits.total_s
        )
        return candidate.models[0] if isinstance(move, Stop) else move.model

    async def ask(self, question: Question, candidate: Candidate, meter: Meter) -> Reply:
        """As the port says. Failed attempts are reported as they end, each once; waits are told as stages."""
        await self.warm()
        failover = FailoverState(question, candidate, meter, self.clock.monotonic() + self.limits.total_s)
        while True:
            deployments = self._deployments.deployments(failover)
            left_s = failover.deadline - self.clock.monotonic()
            move = Stop() if failover.stopped else next_move(deployments, left_s, failover.prefer)
            match move:
                case Stop():
                    raise failover.verdict(self._reasons(deployments), left_s <= 0)
                case Wait(seconds, model, why):
                    length = "" if math.isinf(seconds) else f"{max(seconds, 1):.0f} s "
                    failover.tell(f"waiting {length}for {model}: {why}")
                    await self.provider_state.wait(min(seconds, left_s))
                case Go(model, why):
                    reply = await self._go(failover, meter, model, why)
                    if reply is not None:
                        return reply

    @staticmethod
    def _reasons(deployments: list[Deployment]) -> dict[ModelRef, str]:
        """Why each deployment did not answer, with the time for those that will be back."""
        return {
            one.model: (one.why.rstrip(".") or "not tried")
            + (f", free in {one.wait_s:.0f} s" if 1 <= one.wait_s < math.inf else "")
            for one in deployments
        }

    # ── one call

    async def _go(self, failover: FailoverState, meter: Meter, model: ModelRef, why: str | None) -> Reply | None:
        """Call one deployment; ``None`` where the question goes on to the next."""
        provider = self.providers[model.provider]
        known = self.keys.known(provider)
        key = known or await self.keys.get(provider)
        if key.problem is not None:
            failover.exclude(model, key.problem, Failure.CREDENTIAL)
            return None
        if known is None:
            return None  # its credential may be benched: look again, now that it is known
        if not self._probe(model):
            return None  # another request was faster: look again
        quirks = self._failure_policy.quirks.get(model, provider.quirks)
        running = RunningAttempt(model, provider, key, quirks, self.clock.monotonic(), why, Draft())
        limiter, quota = self.provider_state.limiter(provider), self.provider_state.quota(model)
        slot = limiter.begin(running.started, failover.tokens)  # before anything is waited for, so that others see it
        used = 0
        try:
            allowed = await self._allowed(failover, meter, running)
            if isinstance(allowed, Refusal):
                self._refused(failover, running, allowed)
                return None
            failover.max_output, used = allowed, failover.tokens
            quota.spend(failover.input_tokens)
            meter.stage("asking", model)
            booked, reply = await self._call(failover, meter, running)
            used = booked.usage.all_input + booked.usage.all_output
        finally:
            limiter.end(slot, used)
            self.provider_state.tell()
        return reply

    async def _allowed(self, failover: FailoverState, meter: Meter, running: RunningAttempt) -> int | Refusal:
        """The limit of the answer that may be paid for; a schema that goes along is read, and so paid, as well."""
        schema = failover.question.prompt.schema if running.quirks.json_schema else None
        counted = failover.input_tokens + (self.counter.count(json.dumps(schema)) if schema else 0)
        try:
            return await meter.allow(running.model, counted)
        except asyncio.CancelledError:
            self._failure_policy.cancelled(running)
            raise

    def _refused(self, failover: FailoverState, running: RunningAttempt, refusal: Refusal) -> None:
        """Not this deployment: it costs more than is left. The first is refused for good, as it is what was shown."""
        self._failure_policy.cancelled(running)
        failover.exclude(running.model, refusal.message.rstrip("."))
        if not failover.attempts:
            failover.stopped = OverBudget(refusal.message)

    async def _call(
        self, failover: FailoverState, meter: Meter, running: RunningAttempt
    ) -> tuple[Attempt, Reply | None]:
        """The call itself, and what follows from how it ends."""
        client = self.provider_state.client(running.provider, running.key)
        body = request_body(
            running.model.model, failover.question.prompt, running.quirks, failover.max_output, failover.so_far
        )
        left_s = failover.deadline - running.started
        max_output = failover.question.prompt.max_output
        limits = self._limits(running.model)
        call = ProviderCall(body, limits, left_s, self.clock.wall(), running.quirks.sends_done, max_output)
        so_far, price = 0, self.price(running.model)

        def arrived(text: str) -> None:
            nonlocal so_far
            so_far += estimated_tokens(self.counter, text)
            meter.tokens(so_far, cost(Usage(failover.input_tokens, output=so_far), price) if price else None)

        try:
            await answer(client, call, running.draft, arrived)
        except ProviderFaultError as error:
            return self._failed(failover, meter, running, error.fault), None
        except BaseException as end:  # the user cancelled, or the asker failed: what was used is booked
            self._failure_policy.cancelled(running)
            reason = "cancelled" if isinstance(end, asyncio.CancelledError) else type(end).__name__
            meter.attempted(self._attempt(failover, running, AttemptStatus.CANCELLED, reason))
            raise
        self._failure_policy.answered(running)
        booked = self._attempt(failover, running, AttemptStatus.OK, running.why)
        return booked, Reply(joined(failover.so_far, running.draft.text), Finish.STOP, booked)

    def _limits(self, model: ModelRef) -> Limits:
        """The time limits with what the settings say of this model."""
        own_s = self.first_token_s(model)
        return self.limits if own_s is None else replace(self.limits, first_token_s=own_s)

    def _failed(self, failover: FailoverState, meter: Meter, running: RunningAttempt, fault: ProviderFault) -> Attempt:
        """Report the attempt and draw the consequences."""
        failure = classify(fault)
        why = failure_message(fault, failure, running.provider, running.key.value, self._limits(running.model))
        booked = self._attempt(failover, running, TABLE[failure].status, why)
        meter.attempted(booked)
        self._failure_policy.failed(failover, running, fault, failure, why)
        return booked

    def _attempt(
        self, failover: FailoverState, running: RunningAttempt, status: AttemptStatus, reason: str | None
    ) -> Attempt:
        ms = round((self.clock.monotonic() - running.started) * 1000)
        billed = self._usage_meter.bill(running.model, running.draft, failover.input_tokens)
        failover.attempts += 1
        return Attempt(
            running.model,
            failover.candidate.tier,
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
