"""How the deployments of a rung stand at this moment, for one question; looks, and changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from routerd.domain.model import ModelRef
from routerd.domain.settings import ProviderSettings
from routerd.providers import breaker
from routerd.providers.clock import Clock
from routerd.providers.failover import Deployment
from routerd.providers.failover_state import FailoverState
from routerd.providers.failure import Failure
from routerd.providers.health import Health, HealthStore
from routerd.providers.keys import ProviderKeys, deployment
from routerd.providers.metering import UsageMeter
from routerd.providers.provider_state import ProviderState


@dataclass(frozen=True, slots=True)
class DeploymentView:
    """Everything that says whether a deployment may be asked."""

    providers: Mapping[str, ProviderSettings]
    keys: ProviderKeys
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
        key = self.keys.known(provider)
        health = self.health.get(deployment(model, provider, key))
        limiter, quota = self.provider_state.limiter(provider, key), self.provider_state.quota(model, provider, key)
        waits = (
            (breaker.wait_s(health, wall), health.reason or "another request is probing it"),
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
            degraded=breaker.degraded(health, wall),
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
        if breaker.wait_s(credential, self.clock.wall()) > 0:
            failover.exclude(model, credential.reason, Failure.CREDENTIAL)
            return
        price = self.usage_meter.price(model)
        if price and price.context and prompt.input_tokens > price.context:
            failover.exclude(model, f"its window is {price.context} tokens", Failure.CONTEXT_TOO_LONG)
