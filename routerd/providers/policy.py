"""The policy: which deployment may be called now, and what a failure means for the question, deployment and key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from routerd.domain.errors import Unfinished
from routerd.domain.model import ModelRef
from routerd.domain.money import Price
from routerd.domain.settings import ProviderSettings, Quirks
from routerd.providers.dialect import CONTINUE, FRAMES, adapted, joined
from routerd.providers.draft import Draft
from routerd.providers.failover import TRIES, Deployment, FailoverState, pause_s
from routerd.providers.failure import TABLE, CooldownScope, Failure, FaultKind, NextStep, ProviderFault
from routerd.providers.health import Health, HealthStore
from routerd.providers.keys import ProviderKey, ProviderKeys, deployment
from routerd.providers.metering import UsageMeter
from routerd.providers.provider_state import Clock, ProviderState
from routerd.providers.quota import Quota
from routerd.providers.refused_fields import MemoryRefusedFields, RefusedFields, changes
from routerd.providers.too_long import told_limit


@dataclass(frozen=True, slots=True)
class RunningAttempt:
    """A running call: its deployment, key, quirks and start, and the draft that it fills."""

    model: ModelRef
    name: str
    """What the health of its deployment is kept under."""
    quota: Quota
    """What the headers of its deployment said is left."""
    provider: ProviderSettings
    key: ProviderKey
    quirks: Quirks
    started: float
    """Monotonic seconds."""
    why: str | None
    """Why this deployment was chosen, where it is not the first of the list."""
    draft: Draft


@dataclass(frozen=True, slots=True)
class DeploymentView:
    """The current state of all deployments of a candidate; read-only."""

    providers: Mapping[str, ProviderSettings]
    keys: ProviderKeys
    health: HealthStore
    provider_state: ProviderState
    usage_meter: UsageMeter
    clock: Clock

    def deployments(self, failover: FailoverState) -> list[Deployment]:
        """The deployments in the order of the list; excluded ones carry the reason."""
        prices = [self.usage_meter.price(model) for model in failover.candidate.models]
        states: list[Deployment] = []
        group = 0
        for listed, (model, price) in enumerate(zip(failover.candidate.models, prices, strict=True)):
            if listed and _rates(price) != _rates(prices[listed - 1]):
                group += 1
            states.append(self._deployment(failover, model, price, (listed, group)))
        return states

    def _deployment(
        self, failover: FailoverState, model: ModelRef, price: Price | None, order: tuple[int, int]
    ) -> Deployment:
        """``order``: its index in the list, and the number of its group of equal prices."""
        state = failover.states[model]
        provider = self.providers.get(model.provider)
        if provider is None and not state.out:
            failover.exclude(model, f"no provider '{model.provider}' is configured")
        if provider is None or state.out:
            return Deployment(model, *order, why=state.why, out=True)
        key, now, wall = self.keys.known(provider), self.clock.monotonic(), self.clock.wall()
        self._rule_out(failover, model, key, price)
        if state.out:
            return Deployment(model, *order, why=state.why, out=True)
        name = deployment(model, provider, key)
        health = self.health.get(name)
        limiter, quota = self.provider_state.limiter(provider, key), self.provider_state.quota(name)
        waits = (
            (health.wait_s(wall), health.reason or "another request is probing it"),
            (state.rest_until - now, state.why),
            (limiter.wait_s(now, failover.tokens), f"the limits set for {provider.name} are used up"),
        )
        wait_s, why = max(waits, key=lambda pair: pair[0])
        # Without max_output: most answers are far shorter, and a rejected request costs only a moment.
        hint_s = quota.wait_s(now, failover.input_tokens)
        if wait_s <= 0:
            why = state.why or ("its rate limit is used up" if hint_s else "")
        return Deployment(
            model,
            *order,
            wait_s=max(wait_s, 0.0),
            hint_s=hint_s,
            why=why,
            degraded=health.degraded(wall),
            headroom=min(limiter.headroom(now), quota.headroom(now)),
        )

    def _rule_out(self, failover: FailoverState, model: ModelRef, key: ProviderKey | None, price: Price | None) -> None:
        """Exclude a deployment that cannot answer this question, whatever its health."""
        prompt = failover.prompt
        credential = self.health.get(key.name) if key else Health()
        if credential.wait_s(self.clock.wall()) > 0:
            failover.exclude(model, credential.reason, Failure.CREDENTIAL)
            return
        if key and key.name in failover.empty:
            failover.exclude(model, failover.empty[key.name], Failure.BALANCE)
            return
        if price and price.context and prompt.input_tokens > price.context:
            failover.exclude(model, f"its window is {price.context} tokens", Failure.CONTEXT_TOO_LONG)


def _rates(price: Price | None) -> tuple[Decimal, Decimal] | None:
    return (price.input, price.output) if price else None


CONTINUATIONS = 2
"""Continuations of one answer: three times the output limit is more than any action plans for."""


@dataclass(frozen=True, slots=True)
class FailurePolicy:
    """Applies the failure table to question, deployment and key; makes no call."""

    keys: ProviderKeys
    health: HealthStore
    provider_state: ProviderState
    usage_meter: UsageMeter
    clock: Clock
    rng: Random
    refused_fields: RefusedFields = field(default_factory=MemoryRefusedFields)

    def failed(
        self, failover: FailoverState, running: RunningAttempt, fault: ProviderFault, failure: Failure, why: str
    ) -> None:
        """Update health and failover state after a failure described by ``why``."""
        rule = TABLE[failure]
        state = failover.states[running.model]
        self._cool_down(running, fault, failure, why, state.failures)
        if rule.cooldown is CooldownScope.ACCOUNT:
            failover.empty[running.key.name] = why
        state.failures += 1
        state.why, state.last = why, failure
        state.rest_until = self.clock.monotonic() + pause_s(state.failures, self.rng.random())
        if fault.sign is FaultKind.LENGTH:
            self._continue(failover, running)
        elif rule.then is NextStep.ADAPT and (quirks := adapted(running.quirks, fault)):
            self.refused_fields.refused(running.model, running.provider, changes(running.quirks, quirks))
            state.rest_until = 0.0
        elif rule.then is NextStep.LARGER:
            self._exclude_smaller(failover, running.model, why, told_limit(fault.message))
        elif rule.then in (NextStep.NEXT, NextStep.ADAPT) or (
            failure is not Failure.RATE_LIMITED and state.failures >= _tries(failure)
        ):
            failover.exclude(running.model, why, failure)

    def answered(self, running: RunningAttempt) -> None:
        """Close the breaker, and read the rate-limit headers."""
        wall = self.clock.wall()
        self.read_quota(running, {})
        self._change(running, lambda health: health.succeed(wall))

    def cancelled(self, running: RunningAttempt) -> None:
        """End a probe without a result."""
        self._change(running, Health.end_probe)

    def read_quota(self, running: RunningAttempt, headers: Mapping[str, str]) -> None:
        """Read the rate-limit headers of an answer or an error."""
        running.quota.read(running.draft.headers or headers, self.clock.monotonic(), self.clock.wall())

    def _cool_down(
        self, running: RunningAttempt, fault: ProviderFault, failure: Failure, why: str, failures: int
    ) -> None:
        """Update the health of the deployment, and of the key where that was rejected."""
        rule, wall = TABLE[failure], self.clock.wall()
        self.read_quota(running, fault.headers)
        if rule.cooldown in (CooldownScope.CREDENTIAL, CooldownScope.ACCOUNT):
            self.keys.forget(running.provider)
        if rule.cooldown is CooldownScope.CREDENTIAL:
            self.health.change(running.key.name, lambda health: health.cool_down(wall + rule.cooldown_s, why))
        # Whoever says when to come back does not know when money comes.
        seconds = None if rule.cooldown is CooldownScope.ACCOUNT else fault.retry_after_s
        if seconds is None and rule.cooldown is CooldownScope.DEPLOYMENT:
            hinted_s = running.quota.wait_s(self.clock.monotonic(), 1)
            # Without a word on when, each further wait of this question is twice as long.
            seconds = hinted_s or rule.cooldown_s * 2 ** min(failures, 4)

        def move(health: Health) -> Health:
            moved = health.fail(wall, why) if rule.breaks else health.end_probe()
            return moved if seconds is None else moved.cool_down(wall + seconds, why)

        self._change(running, move)

    def _change(self, running: RunningAttempt, move: Callable[[Health], Health]) -> None:
        """Change a deployment's health; no write where nothing changes."""
        health = self.health.get(running.name)
        if move(health) != health:
            self.health.change(running.name, move)

    def _continue(self, failover: FailoverState, running: RunningAttempt) -> None:
        """Continue an answer that was cut at its length limit, where that is cheaper than a new attempt.

        A new attempt pays for the existing part as output, a continuation as input: cheaper unless input costs
        more than output, as for no known model.
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
            failover.continue_answer(
                running.model, so_far, sum(map(self.usage_meter.counter.count, (so_far, CONTINUE))) + FRAMES
            )

    def _exclude_smaller(self, failover: FailoverState, model: ModelRef, why: str, limit: int | None) -> None:
        """Exclude a deployment whose context window is too small, and all whose known window is not larger.

        ``limit``: the window in tokens that its refusal told. A refusal of a prompt far below the declared window
        refutes that window: then nothing is known of the others.
        """
        failover.exclude(model, why, Failure.CONTEXT_TOO_LONG)
        declared = self._window(model)
        if declared and 2 * failover.input_tokens < declared:
            declared = None
        window = limit or declared
        for other in failover.candidate.models:
            theirs = self._window(other)
            if window and theirs and theirs <= window:
                failover.exclude(other, why, Failure.CONTEXT_TOO_LONG)

    def _window(self, model: ModelRef) -> int | None:
        price = self.usage_meter.price(model)
        return price.context if price else None


def _tries(failure: Failure) -> int:
    """Calls of one deployment for one question: a wait that was in vain is not waited for three times."""
    return 2 if failure is Failure.TIMEOUT else TRIES
