"""What a failed call means for the question, the deployment and its key, by the failure table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from routerd.adapters.upstream import breaker
from routerd.adapters.upstream.body import CONTINUE, FRAMES, adapted, joined
from routerd.adapters.upstream.clock import Clock
from routerd.adapters.upstream.failover import TRIES, pause_s
from routerd.adapters.upstream.failure import TABLE, Bench, Failure, Fault, Sign, Then
from routerd.adapters.upstream.health import Health, HealthStore
from routerd.adapters.upstream.job import Job
from routerd.adapters.upstream.keys import Keys
from routerd.adapters.upstream.till import Till
from routerd.adapters.upstream.traffic import Traffic
from routerd.adapters.upstream.under_way import Try
from routerd.domain.errors import BadRequest, Unfinished
from routerd.domain.model import ModelRef
from routerd.domain.settings import Quirks

CONTINUATIONS = 2
"""Of an answer that ended by length: three times the output limit is more than any action plans for."""


@dataclass(frozen=True, slots=True)
class Aftermath:
    """Draws the consequences; asks nobody and reports nothing."""

    keys: Keys
    health: HealthStore
    traffic: Traffic
    till: Till
    clock: Clock
    rng: Random
    quirks: dict[ModelRef, Quirks] = field(default_factory=dict)
    """Dialects that a refused field taught."""

    def failed(self, job: Job, tried: Try, fault: Fault, failure: Failure, why: str) -> None:
        """Set health and standing after a failure that was reported as ``why``."""
        rule = TABLE[failure]
        self._bench(tried, fault, failure, why)
        standing = job.standings[tried.model]
        standing.failures += 1
        standing.why, standing.last = why, failure
        standing.rest_until = self.clock.monotonic() + pause_s(standing.failures, self.rng.random())
        if fault.sign is Sign.LENGTH:
            self._continue(job, tried)
        elif rule.then is Then.STOP and (quirks := adapted(tried.quirks, fault)):
            self.quirks[tried.model] = quirks
            standing.rest_until = 0.0
        elif rule.then is Then.STOP:
            job.stopped = BadRequest(f"{tried.model} refused the request: {why}.")
        elif rule.then is Then.LARGER:
            self._exclude_smaller(job, tried.model, why)
        elif rule.then is Then.NEXT or (failure is not Failure.RATE_LIMITED and standing.failures >= TRIES):
            job.exclude(tried.model, why, failure)

    def answered(self, tried: Try) -> None:
        """Close the breaker, and learn from the headers."""
        wall = self.clock.wall()
        self.learn(tried, {})
        self._change(tried.model, lambda health: breaker.succeed(health, wall))

    def cancelled(self, tried: Try) -> None:
        """A probe that was broken off proved nothing."""
        self._change(tried.model, breaker.give_back)

    def learn(self, tried: Try, headers: Mapping[str, str]) -> None:
        """Read the rate-limit headers of an answer, or of a refusal."""
        learnt = self.traffic.learnt(tried.model)
        learnt.read(tried.draft.headers or headers, self.clock.monotonic(), self.clock.wall())

    def _bench(self, tried: Try, fault: Fault, failure: Failure, why: str) -> None:
        """Set the health of the deployment, and of the key where that was refused."""
        rule, wall = TABLE[failure], self.clock.wall()
        self.learn(tried, fault.headers)
        if rule.bench is Bench.CREDENTIAL:
            self.keys.forget(tried.provider)
            self.health.change(tried.key.name, lambda health: breaker.bench(health, wall + rule.bench_s, why))
        seconds = fault.retry_after_s
        if seconds is None and rule.bench is Bench.DEPLOYMENT:
            hinted_s = self.traffic.learnt(tried.model).wait_s(self.clock.monotonic(), 1)
            seconds = hinted_s or rule.bench_s

        def move(health: Health) -> Health:
            moved = breaker.fail(health, wall, why) if rule.breaks else breaker.give_back(health)
            return moved if seconds is None else breaker.bench(moved, wall + seconds, why)

        self._change(tried.model, move)

    def _change(self, model: ModelRef, move: Callable[[Health], Health]) -> None:
        """Change a deployment's health; costs no write where nothing changes."""
        health = self.health.get(str(model))
        if move(health) != health:
            self.health.change(str(model), move)

    def _continue(self, job: Job, tried: Try) -> None:
        """After an answer that ended by length: have it continued where that is cheaper than a new try.

        A new try pays for the part that is there as output once more, a continuation as input: so that is
        cheaper unless input costs more than output, which no known model does.
        """
        price, most = self.till.price(tried.model), job.max_output
        if not tried.draft.text:
            why = f"it spent all of its {most} output tokens on reasoning"
            job.exclude(tried.model, why, Failure.TRUNCATED)
        elif price and price.input > price.output:
            why = f"its answer is longer than {most} tokens"
            job.exclude(tried.model, why, Failure.TRUNCATED)
        elif job.continuations >= CONTINUATIONS:
            job.stopped = Unfinished(f"The answer of {tried.model} is longer than {most} tokens allow.")
        else:
            so_far = joined(job.so_far, tried.draft.text)
            job.begin_again(tried.model, so_far, sum(map(self.till.counter.count, (so_far, CONTINUE))) + FRAMES)

    def _exclude_smaller(self, job: Job, model: ModelRef, why: str) -> None:
        """Exclude a deployment whose window is too small, and those known to have no larger one."""
        job.exclude(model, why, Failure.CONTEXT_TOO_LONG)
        window = self._window(model)
        for other in job.rung.models:
            theirs = self._window(other)
            if other.model == model.model or (window and theirs and theirs <= window):
                job.exclude(other, why, Failure.CONTEXT_TOO_LONG)

    def _window(self, model: ModelRef) -> int | None:
        price = self.till.price(model)
        return price.context if price else None
