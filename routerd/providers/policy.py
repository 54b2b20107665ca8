"""The policy: which deployment may be called now, and what a failure means for the question, deployment and key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random

from routerd.domain.errors import BadRequest, Unfinished
from routerd.domain.model import ModelRef
from routerd.domain.settings import ProviderSettings, Quirks
from routerd.providers.dialect import CONTINUE, FRAMES, adapted, joined
from routerd.providers.draft import Draft
from routerd.providers.failover import TRIES, Deployment, FailoverState, pause_s
from routerd.providers.failure import TABLE, CooldownScope, Failure, FaultKind, NextStep, ProviderFault
from routerd.providers.health import Health, HealthStore
from routerd.providers.keys import KeyCache, ProviderKey
from routerd.providers.metering import UsageMeter
from routerd.providers.provider_state import Clock, ProviderState


@dataclass(frozen=True, slots=True)
class RunningAttempt:
    """What is known of a call while it runs; the draft fills as it does."""

    model: ModelRef
    provider: ProviderSettings
    key: ProviderKey
    quirks: Quirks
    started: float
    """Monotonic seconds."""
    why: str | None
    """Why this deployment, where it is not the first of the list."""
    draft: Draft


@dataclass(frozen=True, slots=True)
class DeploymentView:
    """Everything that says whether a deployment may be asked."""

    providers: Mapping[str, ProviderSettings]
    keys: KeyCache
    health: HealthStore
    provider_state: ProviderState
    usage_meter: UsageMeter
    clock: Clock

    def deployments(self, failover: FailoverState) -> list[Deployment]:
        """The deployments in the order of the list; those that are ruled out say so and why."""
        groups = self._groups(failover.candidate.models)
        return [
            self._deployment(failover, model, listed, group)
            for listed, (model, group) in enumerate(zip(failover.candidate.models, groups, strict=True))
        ]

    def _groups(self, models: tuple[ModelRef, ...]) -> list[int]:
        """Numbers that go up where the price changes from one of the list to the next."""
        numbers, prices = [0], [(p.input, p.output) if (p := self.usage_meter.price(m)) else None for m in models]
        for before, after in pairwise(prices):
            numbers.append(numbers[-1] + (before != after))
        return numbers[: len(models)]

    def _deployment(self, failover: FailoverState, model: ModelRef, listed: int, group: int) -> Deployment:
        state = failover.states[model]
        if not state.out:
            self._rule_out(failover, model)
        if state.out:
            return Deployment(model, listed, group, why=state.why, out=True)
        provider, now, wall = self.providers[model.provider], self.clock.monotonic(), self.clock.wall()
        health = self.health.get(str(model))
        limiter, quota = self.provider_state.limiter(provider), self.provider_state.quota(model)
        waits = (
            (health.wait_s(wall), health.reason or "another request is probing it"),
            (state.rest_until - now, state.why),
            (limiter.wait_s(now, failover.tokens), f"the limits set for {provider.name} are used up"),
        )
        wait_s, why = max(waits, key=lambda pair: pair[0])
        # Without max_output: most answers are far shorter, and a refusal would cost nothing but a moment.
        hint_s = quota.wait_s(now, failover.input_tokens)
        if wait_s <= 0:
            why = state.why or ("its rate limit is used up" if hint_s else "")
        return Deployment(
            model,
            listed,
            group,
            wait_s=max(wait_s, 0.0),
            hint_s=hint_s,
            why=why,
            degraded=health.degraded(wall),
            headroom=min(limiter.headroom(now), quota.headroom(now)),
        )

    def _rule_out(self, failover: FailoverState, model: ModelRef) -> None:
        """Exclude a deployment that cannot take this question, whatever its health."""
        prompt = failover.question.prompt
        if model.provider not in self.providers:
            failover.exclude(model, f"no provider '{model.provider}' is configured")
            return
        key = self.keys.known(self.providers[model.provider])
        credential = self.health.get(key.name) if key else Health()
        if credential.wait_s(self.clock.wall()) > 0:
            failover.exclude(model, credential.reason, Failure.CREDENTIAL)
            return
        price = self.usage_meter.price(model)
        if price and price.context and prompt.input_tokens > price.context:
            failover.exclude(model, f"its window is {price.context} tokens", Failure.CONTEXT_TOO_LONG)


CONTINUATIONS = 2
"""Of an answer that ended by length: three times the output limit is more than any action plans for."""


@dataclass(frozen=True, slots=True)
class FailurePolicy:
    """Draws the consequences; asks nobody and reports nothing."""

    keys: KeyCache
    health: HealthStore
    provider_state: ProviderState
    usage_meter: UsageMeter
    clock: Clock
    rng: Random
    quirks: dict[ModelRef, Quirks] = field(default_factory=dict)
    """Dialects that a refused field taught."""

    def failed(
        self, failover: FailoverState, running: RunningAttempt, fault: ProviderFault, failure: Failure, why: str
    ) -> None:
        """Set health and standing after a failure that was reported as ``why``."""
        rule = TABLE[failure]
        self._cool_down(running, fault, failure, why)
        state = failover.states[running.model]
        state.failures += 1
        state.why, state.last = why, failure
        state.rest_until = self.clock.monotonic() + pause_s(state.failures, self.rng.random())
        if fault.sign is FaultKind.LENGTH:
            self._continue(failover, running)
        elif rule.then is NextStep.STOP and (quirks := adapted(running.quirks, fault)):
            self.quirks[running.model] = quirks
            state.rest_until = 0.0
        elif rule.then is NextStep.STOP:
            failover.stopped = BadRequest(f"{running.model} refused the request: {why}.")
        elif rule.then is NextStep.LARGER:
            self._exclude_smaller(failover, running.model, why)
        elif rule.then is NextStep.NEXT or (failure is not Failure.RATE_LIMITED and state.failures >= TRIES):
            failover.exclude(running.model, why, failure)

    def answered(self, running: RunningAttempt) -> None:
        """Close the breaker, and learn from the headers."""
        wall = self.clock.wall()
        self.learn(running, {})
        self._change(running.model, lambda health: health.succeed(wall))

    def cancelled(self, running: RunningAttempt) -> None:
        """A probe that was broken off proved nothing."""
        self._change(running.model, Health.give_back)

    def learn(self, running: RunningAttempt, headers: Mapping[str, str]) -> None:
        """Read the rate-limit headers of an answer, or of a refusal."""
        quota = self.provider_state.quota(running.model)
        quota.read(running.draft.headers or headers, self.clock.monotonic(), self.clock.wall())

    def _cool_down(self, running: RunningAttempt, fault: ProviderFault, failure: Failure, why: str) -> None:
        """Set the health of the deployment, and of the key where that was refused."""
        rule, wall = TABLE[failure], self.clock.wall()
        self.learn(running, fault.headers)
        if rule.cooldown is CooldownScope.CREDENTIAL:
            self.keys.forget(running.provider)
            self.health.change(running.key.name, lambda health: health.cool_down(wall + rule.cooldown_s, why))
        seconds = fault.retry_after_s
        if seconds is None and rule.cooldown is CooldownScope.DEPLOYMENT:
            hinted_s = self.provider_state.quota(running.model).wait_s(self.clock.monotonic(), 1)
            seconds = hinted_s or rule.cooldown_s

        def move(health: Health) -> Health:
            moved = health.fail(wall, why) if rule.breaks else health.give_back()
            return moved if seconds is None else moved.cool_down(wall + seconds, why)

        self._change(running.model, move)

    def _change(self, model: ModelRef, move: Callable[[Health], Health]) -> None:
        """Change a deployment's health; costs no write where nothing changes."""
        health = self.health.get(str(model))
        if move(health) != health:
            self.health.change(str(model), move)

    def _continue(self, failover: FailoverState, running: RunningAttempt) -> None:
        """After an answer that ended by length: have it continued where that is cheaper than a new try.

        A new try pays for the part that is there as output once more, a continuation as input: so that is
        cheaper unless input costs more than output, which no known model does.
        """
        price, most = self.usage_meter.price(running.model), failover.max_output
        if not running.draft.text:
            why = f"it spent all of its {most} output tokens on reasoning"
            failover.exclude(running.model, why, Failure.TRUNCATED)
        elif price and price.input > price.output:
            why = f"its answer is longer than {most} tokens"
            failover.exclude(running.model, why, Failure.TRUNCATED)
        elif failover.continuations >= CONTINUATIONS:
            failover.stopped = Unfinished(f"The answer of {running.model} is longer than {most} tokens allow.")
        else:
            so_far = joined(failover.so_far, running.draft.text)
            failover.begin_again(
                running.model, so_far, sum(map(self.usage_meter.counter.count, (so_far, CONTINUE))) + FRAMES
            )

    def _exclude_smaller(self, failover: FailoverState, model: ModelRef, why: str) -> None:
        """Exclude a deployment whose window is too small, and those known to have no larger one."""
        failover.exclude(model, why, Failure.CONTEXT_TOO_LONG)
        window = self._window(model)
        for other in failover.candidate.models:
            theirs = self._window(other)
            if other.model == model.model or (window and theirs and theirs <= window):
                failover.exclude(other, why, Failure.CONTEXT_TOO_LONG)

    def _window(self, model: ModelRef) -> int | None:
        price = self.usage_meter.price(model)
        return price.context if price else None
