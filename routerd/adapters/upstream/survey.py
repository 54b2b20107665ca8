"""How the deployments of a rung stand at this moment, for one question; looks, and changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from routerd.adapters.upstream import breaker
from routerd.adapters.upstream.clock import Clock
from routerd.adapters.upstream.failover import Candidate
from routerd.adapters.upstream.failure import Failure
from routerd.adapters.upstream.health import Health, HealthStore
from routerd.adapters.upstream.job import Job
from routerd.adapters.upstream.keys import Keys
from routerd.adapters.upstream.till import Till
from routerd.adapters.upstream.traffic import Traffic
from routerd.domain.model import ModelRef
from routerd.domain.settings import ProviderSettings


@dataclass(frozen=True, slots=True)
class Survey:
    """Everything that says whether a deployment may be asked."""

    providers: Mapping[str, ProviderSettings]
    keys: Keys
    health: HealthStore
    traffic: Traffic
    till: Till
    clock: Clock

    def candidates(self, job: Job) -> list[Candidate]:
        """The deployments in the order of the list; those that are ruled out say so and why."""
        groups = self._groups(job.rung.models)
        return [
            self._candidate(job, model, listed, group)
            for listed, (model, group) in enumerate(zip(job.rung.models, groups, strict=True))
        ]

    def _groups(self, models: tuple[ModelRef, ...]) -> list[int]:
        """Numbers that go up where the price changes from one of the list to the next."""
        numbers, prices = [0], [(p.input, p.output) if (p := self.till.price(m)) else None for m in models]
        for before, after in pairwise(prices):
            numbers.append(numbers[-1] + (before != after))
        return numbers[: len(models)]

    def _candidate(self, job: Job, model: ModelRef, listed: int, group: int) -> Candidate:
        standing = job.standings[model]
        if not standing.out:
            self._rule_out(job, model)
        if standing.out:
            return Candidate(model, listed, group, why=standing.why, out=True)
        provider, now, wall = self.providers[model.provider], self.clock.monotonic(), self.clock.wall()
        health = self.health.get(str(model))
        limiter, learnt = self.traffic.limiter(provider), self.traffic.learnt(model)
        waits = (
            (breaker.wait_s(health, wall), health.reason or "another request is probing it"),
            (standing.rest_until - now, standing.why),
            (limiter.wait_s(now, job.tokens), f"the limits set for {provider.name} are used up"),
        )
        wait_s, why = max(waits, key=lambda pair: pair[0])
        # Without max_output: most answers are far shorter, and a refusal would cost nothing but a moment.
        hint_s = learnt.wait_s(now, job.input_tokens)
        if wait_s <= 0:
            why = standing.why or ("its rate limit is used up" if hint_s else "")
        return Candidate(
            model,
            listed,
            group,
            wait_s=max(wait_s, 0.0),
            hint_s=hint_s,
            why=why,
            shaky=breaker.shaky(health, wall),
            headroom=min(limiter.headroom(now), learnt.headroom(now)),
        )

    def _rule_out(self, job: Job, model: ModelRef) -> None:
        """Exclude a deployment that cannot take this question, whatever its health."""
        prompt = job.question.prompt
        if model.provider not in self.providers:
            job.exclude(model, f"no provider '{model.provider}' is configured")
            return
        key = self.keys.known(self.providers[model.provider])
        credential = self.health.get(key.name) if key else Health()
        if breaker.wait_s(credential, self.clock.wall()) > 0:
            job.exclude(model, credential.reason, Failure.CREDENTIAL)
            return
        price = self.till.price(model)
        if price and price.context and prompt.input_tokens > price.context:
            job.exclude(model, f"its window is {price.context} tokens", Failure.CONTEXT_TOO_LONG)
