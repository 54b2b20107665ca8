"""The calls of one candidate's deployments, one after another, until one gives an answer of whatever kind.

It carries out the decisions of ``failover`` and ``policy``, and returns each attempt exactly once. What is sent and
what an answer is, its subclasses say: ``engine`` for actions, ``forward`` for what passes through.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Generic, TypeVar

from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.errors import OverBudget
from routerd.domain.model import ModelRef
from routerd.domain.money import Price
from routerd.domain.ports import Counter, Meter
from routerd.domain.prompt import Prompt
from routerd.domain.quote import Candidate
from routerd.domain.settings import Limits, ProviderSettings, Quirks
from routerd.domain.verdict import Refusal
from routerd.providers.classify import classify
from routerd.providers.draft import Draft
from routerd.providers.failover import Deployment, FailoverState, Go, Stop, Wait, next_move
from routerd.providers.failure import TABLE, Failure, ProviderFault
from routerd.providers.health import Health, HealthStore, MemoryHealth
from routerd.providers.keys import ProviderKeys, deployment
from routerd.providers.messages import failure_message
from routerd.providers.metering import UsageMeter
from routerd.providers.policy import DeploymentView, FailurePolicy, RunningAttempt
from routerd.providers.provider_state import Clock, ProviderState
from routerd.providers.refused_fields import MemoryRefusedFields, RefusedFields

R = TypeVar("R")


@dataclass
class DeploymentCalls(ABC, Generic[R]):
    """Calls the deployments of a candidate; ``R`` is what an answer is.

    One per snapshot of the configuration; ``keys``, ``health`` and ``provider_state`` outlive it and are shared.
    """

    providers: Mapping[str, ProviderSettings]
    keys: ProviderKeys
    price: Callable[[ModelRef], Price | None]
    counter: Counter
    limits: Limits
    clock: Clock
    rng: Random
    first_token_s: Callable[[ModelRef], float | None] = lambda model: None
    """Seconds of silence that one model is allowed, where the settings say so."""
    health: HealthStore = field(default_factory=MemoryHealth)
    provider_state: ProviderState = field(default_factory=ProviderState)
    refused_fields: RefusedFields = field(default_factory=MemoryRefusedFields)

    def __post_init__(self) -> None:
        self._usage_meter = UsageMeter(self.price, self.counter)
        self._deployments = DeploymentView(
            self.providers, self.keys, self.health, self.provider_state, self._usage_meter, self.clock
        )
        self._failure_policy = FailurePolicy(
            self.keys,
            self.health,
            self.provider_state,
            self._usage_meter,
            self.clock,
            self.rng,
            self.refused_fields,
        )

    def first_of(self, prompt: Prompt, candidate: Candidate) -> ModelRef:
        """The deployment that would be called first in the current state, by the same decision as a call's."""
        if len(candidate.models) == 1:
            return candidate.models[0]
        move = next_move(
            self._deployments.deployments(FailoverState(prompt, candidate, None, math.inf)), self.limits.total_s
        )
        return candidate.models[0] if isinstance(move, Stop) else move.model

    @abstractmethod
    def _counted(self, failover: FailoverState, running: RunningAttempt) -> int:
        """Input tokens of the next call by the local count."""

    @abstractmethod
    async def _call(self, failover: FailoverState, meter: Meter, running: RunningAttempt) -> tuple[Attempt, R | None]:
        """Make the call; its attempt, and the answer or ``None`` where it failed. Raises what ends the question."""

    def _quirks(self, quirks: Quirks) -> Quirks:
        """What of a provider's quirks can be heeded, and given way to when it refuses a field."""
        return quirks

    def _may_wait(self, failover: FailoverState, wait: Wait) -> bool:
        """Whether a deployment is waited for."""
        return True

    async def _answer(self, failover: FailoverState, meter: Meter) -> R:
        """The first answer that a deployment gives. Raises UpstreamError where none does; each wait is a stage."""
        while True:
            deployments = self._deployments.deployments(failover)
            left_s = failover.deadline - self.clock.monotonic()
            move = Stop() if failover.stopped else next_move(deployments, left_s, failover.prefer)
            if isinstance(move, Wait) and not self._may_wait(failover, move):
                move = Stop()
            match move:
                case Stop():
                    raise failover.verdict(self._reasons(deployments), left_s <= 0)
                case Wait(seconds, model, why):
                    length = "" if math.isinf(seconds) else f"{max(seconds, 1):.0f} s "
                    failover.show_wait(f"waiting {length}for {model}: {why}")
                    await self.provider_state.wait(min(seconds, left_s))
                case Go(model, why):
                    reply = await self._go(failover, meter, model, why)
                    if reply is not None:
                        return reply

    @staticmethod
    def _reasons(deployments: list[Deployment]) -> dict[ModelRef, str]:
        """Why each deployment did not answer, with the wait for those that become free."""
        return {
            one.model: (one.why.rstrip(".") or "not tried")
            + (f", free in {one.wait_s:.0f} s" if 1 <= one.wait_s < math.inf else "")
            for one in deployments
        }

    # ── one call

    async def _go(self, failover: FailoverState, meter: Meter, model: ModelRef, why: str | None) -> R | None:
        """Call one deployment; ``None`` where the next one is to be called."""
        provider = self.providers[model.provider]
        known = self.keys.known(provider)
        key = known or await self.keys.get(provider)
        if key.problem is not None:
            failover.exclude(model, key.problem, Failure.CREDENTIAL)
            return None
        if known is None:
            return None  # its credential may be in cooldown: decide again, now that it is known
        name = deployment(model, provider, key)
        if not self._probe(name):
            return None  # another request is the probe: decide again
        quirks = self._quirks(self.refused_fields.quirks(model, provider))
        limiter, quota = self.provider_state.limiter(provider, key), self.provider_state.quota(name)
        running = RunningAttempt(model, name, quota, provider, key, quirks, self.clock.monotonic(), why, Draft())
        slot = limiter.begin(running.started, failover.tokens)  # before any await, so that other requests see it
        used = 0
        try:
            allowed = await self._allowed(failover, meter, running)
            if isinstance(allowed, Refusal):
                self._not_allowed(failover, running, allowed)
                return None
            failover.max_output, used = allowed, failover.tokens
            quota.spend(failover.input_tokens)
            meter.stage("asking", model)
            booked, reply = await self._call(failover, meter, running)
            used = booked.usage.all_input + booked.usage.all_output
        finally:
            limiter.end(slot, used)
            self.provider_state.notify()
        return reply

    async def _allowed(self, failover: FailoverState, meter: Meter, running: RunningAttempt) -> int | Refusal:
        """The allowed output limit in tokens."""
        try:
            return await meter.allow(running.model, self._counted(failover, running))
        except BaseException:  # cancelled, as a rule: a probe that was not sent has no result
            self._failure_policy.cancelled(running)
            raise

    def _not_allowed(self, failover: FailoverState, running: RunningAttempt, refusal: Refusal) -> None:
        """Exclude a deployment that costs more than is left; for the first one stop, as its price was shown."""
        self._failure_policy.cancelled(running)
        failover.exclude(running.model, refusal.message.rstrip("."))
        if not failover.attempts:
            failover.stopped = OverBudget(refusal.message)

    def _limits(self, model: ModelRef) -> Limits:
        """The time limits with what the settings say of this model."""
        own_s = self.first_token_s(model)
        return self.limits if own_s is None else replace(self.limits, first_token_s=own_s)

    def _failed(self, failover: FailoverState, meter: Meter, running: RunningAttempt, fault: ProviderFault) -> Attempt:
        """Record the attempt and apply the failure policy."""
        failure = classify(fault)
        why = failure_message(fault, failure, running.provider, running.key, self._limits(running.model))
        booked = self._attempt(failover, running, TABLE[failure].status, why)
        meter.attempts.append(booked)
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

    def _probe(self, name: str) -> bool:
        """Whether this request may be sent; through a half-open breaker only one request is, the probe."""
        if not self.health.get(name).half_open():
            return True
        won = False

        def move(health: Health) -> Health:
            nonlocal won
            probing = health.probe(self.clock.wall(), self.limits.first_token_s)
            won = probing is not None
            return probing or health

        self.health.change(name, move)
        return won
