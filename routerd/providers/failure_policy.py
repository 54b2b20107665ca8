"""What a failed call means for the question, the deployment and its key, by the failure table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from routerd.domain.errors import Unfinished
from routerd.domain.model import ModelRef
from routerd.domain.settings import Quirks
from routerd.providers import breaker
from routerd.providers.attempt import RunningAttempt
from routerd.providers.body import CONTINUE, FRAMES, adapted, joined
from routerd.providers.clock import Clock
from routerd.providers.failover import TRIES, pause_s
from routerd.providers.failover_state import FailoverState
from routerd.providers.failure import TABLE, CooldownScope, Failure, FaultKind, NextStep, ProviderFault
from routerd.providers.health import Health, HealthStore
from routerd.providers.keys import KeyCache
from routerd.providers.metering import UsageMeter
from routerd.providers.provider_state import ProviderState
from routerd.providers.too_long import told_limit

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
        state = failover.states[running.model]
        self._cool_down(running, fault, failure, why, state.failures)
        state.failures += 1
        state.why, state.last = why, failure
        state.rest_until = self.clock.monotonic() + pause_s(state.failures, self.rng.random())
        if fault.sign is FaultKind.LENGTH:
            self._continue(failover, running)
        elif rule.then is NextStep.ADAPT and (quirks := adapted(running.quirks, fault)):
            self.quirks[running.model] = quirks
            state.rest_until = 0.0
        elif rule.then is NextStep.LARGER:
            self._exclude_smaller(failover, running.model, why, told_limit(fault.message))
        elif rule.then in (NextStep.NEXT, NextStep.ADAPT) or (
            failure is not Failure.RATE_LIMITED and state.failures >= _tries(failure)
        ):
            failover.exclude(running.model, why, failure)

    def answered(self, running: RunningAttempt) -> None:
        """Close the breaker, and learn from the headers."""
        wall = self.clock.wall()
        self.learn(running, {})
        self._change(running.model, lambda health: breaker.succeed(health, wall))

    def cancelled(self, running: RunningAttempt) -> None:
        """A probe that was broken off proved nothing."""
        self._change(running.model, breaker.give_back)

    def learn(self, running: RunningAttempt, headers: Mapping[str, str]) -> None:
        """Read the rate-limit headers of an answer, or of a refusal."""
        quota = self.provider_state.quota(running.model)
        quota.read(running.draft.headers or headers, self.clock.monotonic(), self.clock.wall())

    def _cool_down(
        self, running: RunningAttempt, fault: ProviderFault, failure: Failure, why: str, failures: int
    ) -> None:
        """Set the health of the deployment, and of the key where that was refused."""
        rule, wall = TABLE[failure], self.clock.wall()
        self.learn(running, fault.headers)
        if rule.cooldown is CooldownScope.CREDENTIAL:
            self.keys.forget(running.provider)
            self.health.change(running.key.name, lambda health: breaker.cool_down(health, wall + rule.cooldown_s, why))
        seconds = fault.retry_after_s
        if seconds is None and rule.cooldown is CooldownScope.DEPLOYMENT:
            hinted_s = self.provider_state.quota(running.model).wait_s(self.clock.monotonic(), 1)
            # Without a word on when, each further wait of this question is twice as long.
            seconds = hinted_s or rule.cooldown_s * 2 ** min(failures, 4)

        def move(health: Health) -> Health:
            moved = breaker.fail(health, wall, why) if rule.breaks else breaker.give_back(health)
            return moved if seconds is None else breaker.cool_down(moved, wall + seconds, why)

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

    def _exclude_smaller(self, failover: FailoverState, model: ModelRef, why: str, limit: int | None) -> None:
        """Exclude a deployment whose window is too small, and those known to have no larger one.

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
