"""The engine for what passes through: one deployment after another until one begins to answer, then its bytes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.errors import OverBudget, RateLimited, Unfinished, UpstreamError
from routerd.domain.forward_ports import ForwardMeter, Sink
from routerd.domain.forwarded import ForwardedRequest
from routerd.domain.model import ModelRef
from routerd.domain.ports import Meter
from routerd.domain.prompt import Prompt
from routerd.domain.quote import Candidate
from routerd.domain.settings import Limits, Quirks
from routerd.providers.calls import DeploymentCalls
from routerd.providers.classify import classify
from routerd.providers.failover import FailoverState, Wait
from routerd.providers.failure import Failure, FaultKind, ProviderFault, ProviderFaultError
from routerd.providers.forward.client_keys import ClientKeys, provider_of_own_key
from routerd.providers.forward.outgoing import outgoing
from routerd.providers.forward.passage import ForwardState, Passage, TopUpRefusedError
from routerd.providers.forward.transport import Transport
from routerd.providers.forward.watch import Watch
from routerd.providers.keys import deployment
from routerd.providers.policy import RunningAttempt

_LONGEST_WAIT_S = 5.0
"""For a deployment that rests between two tries; a client is told of a longer wait and waits itself."""


@dataclass
class ForwardingEngine(DeploymentCalls[Attempt]):
    """Passes requests through; see ``domain.forward_ports.Forwarder``."""

    transport: Transport = field(default_factory=Transport)

    async def forward(
        self, request: ForwardedRequest, prompt: Prompt, candidate: Candidate, meter: ForwardMeter, sink: Sink
    ) -> Attempt:
        """As the port says."""
        own_to = provider_of_own_key(request, candidate, self.providers)
        if own_to is not None:
            engine = replace(self, keys=ClientKeys(self.keys, own_to, request.own_key))
            return await engine.forward(replace(request, own_key=()), prompt, candidate, meter, sink)
        deadline = self.clock.monotonic() + self.limits.total_s
        state = ForwardState(prompt, candidate, meter, deadline, request=request, sink=sink, account=meter)
        try:
            return await self._answer(state, meter)
        except OverBudget:
            raise
        except UpstreamError as fault:
            raise self._told(state, fault) from None

    def _counted(self, failover: FailoverState, running: RunningAttempt) -> int:
        return failover.input_tokens

    def _quirks(self, quirks: Quirks) -> Quirks:
        """Only whether the usage of a stream may be asked for: the rest of the body is the client's."""
        return replace(quirks, max_tokens_field=None, json_schema=False, system_role="user")

    def _may_wait(self, failover: FailoverState, wait: Wait) -> bool:
        """Not for a rate limit or an outage: the client is told, and can go elsewhere."""
        assert isinstance(failover, ForwardState)
        provider = self.providers[wait.model.provider]
        name = deployment(wait.model, provider, self.keys.known(provider))
        limited = failover.states[wait.model].last in (Failure.RATE_LIMITED, Failure.QUOTA)
        if limited or self.health.get(name).wait_s(self.clock.wall()) > 0 or wait.seconds > _LONGEST_WAIT_S:
            failover.waits.append(wait.seconds)
            return False
        return True

    def _told(self, state: ForwardState, fault: UpstreamError) -> UpstreamError:
        """The fault with what a client needs of it: when to come back, or the provider's own words."""
        if state.waits:
            return RateLimited(str(fault), min(state.waits))
        if state.refused is not None and state.refused_as in _RELAYED:
            fault.status, fault.body = state.refused.status, state.refused.body
        return fault

    async def _call(
        self, failover: FailoverState, meter: Meter, running: RunningAttempt
    ) -> tuple[Attempt, Attempt | None]:
        """The call itself, and the policy for its result."""
        assert isinstance(failover, ForwardState)
        request = failover.request
        assert request is not None
        makers = self.provider_state.makers
        try:
            sent = outgoing(
                request,
                running,
                failover.max_output,
                failover.prompt.max_output,
                lambda signature: makers.foreign(signature, running.model, unknown=request.switches),
            )
        except ProviderFaultError as error:
            return self._fault(failover, meter, running, error.fault), None
        watch = Watch(
            sent.dialect,
            running.draft,
            ends_with_done=running.quirks.sends_done,
            strip_usage=sent.strip_usage,
            signed=lambda signature: makers.made(signature, running.model),
        )
        passage = Passage(self, failover, running, watch)
        try:
            booked = await passage.run(sent)
        except ProviderFaultError as error:
            return self._fault(failover, meter, running, error.fault), None
        except BaseException as end:
            # Gone behind the last event is no cancel: Codex hangs up right after `response.completed`.
            watch.read_text()
            status = AttemptStatus.OK if watch.ended else AttemptStatus.CANCELLED
            (self._failure_policy.answered if watch.ended else self._failure_policy.cancelled)(running)
            reason = None if watch.ended else passage.refused or "the client left"
            meter.attempts.append(self._attempt(failover, running, status, reason))
            if isinstance(end, TopUpRefusedError):
                raise OverBudget(str(end)) from None
            raise
        self._failure_policy.answered(running)
        return booked, booked

    def _fault(self, state: ForwardState, meter: Meter, running: RunningAttempt, fault: ProviderFault) -> Attempt:
        """Book a failed call; where some of its answer has left, nothing else may follow."""
        booked = self._failed(state, meter, running, fault)
        if fault.sign is FaultKind.STATUS:
            secrets = running.key.secrets(running.provider)
            clean = b"" if any(secret.encode() in fault.body for secret in secrets) else fault.body
            state.refused, state.refused_as = replace(fault, body=clean), classify(fault)
        if state.committed:
            state.stopped = Unfinished(f"The answer of {running.model} broke off ({booked.reason}).")
        return booked

    def limits_of(self, model: ModelRef) -> Limits:
        """As ``passage.PassageEngine`` has it."""
        return self._limits(model)

    def book(self, state: ForwardState, running: RunningAttempt) -> Attempt:
        """The attempt of a whole answer."""
        return self._attempt(state, running, AttemptStatus.OK, running.why)


_RELAYED = (Failure.BAD_REQUEST, Failure.CONTEXT_TOO_LONG, Failure.NO_SUCH_MODEL, Failure.TEXT_DENIED)
"""Refusals of the request itself: a client understands its own dialect's words for them."""
