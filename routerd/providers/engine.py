"""The engine behind the Engine port: calls the deployments of a candidate until one gives a complete answer."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass

from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.model import ModelRef
from routerd.domain.money import Usage, cost
from routerd.domain.ports import Meter
from routerd.domain.prompt import Question
from routerd.domain.quote import Candidate
from routerd.domain.reply import Finish, Reply
from routerd.providers.call import Heard, ProviderCall, answer
from routerd.providers.calls import DeploymentCalls
from routerd.providers.client import load, loaded
from routerd.providers.dialect import joined
from routerd.providers.failover import FailoverState
from routerd.providers.failure import ProviderFaultError
from routerd.providers.metering import estimated_tokens
from routerd.providers.policy import RunningAttempt


@dataclass
class UpstreamEngine(DeploymentCalls[Reply]):
    """Answers questions through OpenAI-compatible providers; see ``domain.ports.Engine``."""

    async def warm(self) -> None:
        """Import the client in advance, so that the first question does not wait for it."""
        if not loaded():
            await asyncio.to_thread(load)

    def first(self, question: Question, candidate: Candidate) -> ModelRef:
        """As the port says."""
        return self.first_of(question.prompt, candidate)

    async def ask(self, question: Question, candidate: Candidate, meter: Meter) -> Reply:
        """As the port says; each wait is a stage."""
        await self.warm()
        deadline = self.clock.monotonic() + self.limits.total_s
        return await self._answer(FailoverState(question.prompt, candidate, meter, deadline), meter)

    def _counted(self, failover: FailoverState, running: RunningAttempt) -> int:
        """A JSON schema in the request counts as input."""
        schema = failover.prompt.schema if running.quirks.json_schema else None
        return failover.input_tokens + (self.counter.count(json.dumps(schema)) if schema else 0)

    async def _call(
        self, failover: FailoverState, meter: Meter, running: RunningAttempt
    ) -> tuple[Attempt, Reply | None]:
        """The call itself, and the policy for its result."""
        client = self.provider_state.client(running.provider, running.key)
        body = client.dialect.body(
            running.model.model, failover.prompt, running.quirks, failover.max_output, failover.so_far
        )
        left_s = failover.deadline - running.started
        max_output = failover.prompt.max_output
        limits = self._limits(running.model)
        call = ProviderCall(body, limits, left_s, self.clock.wall(), running.quirks.sends_done, max_output)
        so_far, price = 0, self.price(running.model)

        def arrived(text: str) -> None:
            nonlocal so_far
            so_far += estimated_tokens(self.counter, text)
            meter.wrote(text)
            meter.tokens(so_far, cost(Usage(failover.input_tokens, output=so_far), price) if price else None)

        try:
            await answer(client, call, running.draft, Heard(meter.sending, arrived))
        except ProviderFaultError as error:
            return self._failed(failover, meter, running, error.fault), None
        except BaseException as end:  # the user cancelled, or the caller failed: the usage is booked
            self._failure_policy.cancelled(running)
            reason = "cancelled" if isinstance(end, asyncio.CancelledError) else type(end).__name__
            meter.attempts.append(self._attempt(failover, running, AttemptStatus.CANCELLED, reason))
            raise
        self._failure_policy.answered(running)
        booked = self._attempt(failover, running, AttemptStatus.OK, running.why)
        return booked, Reply(joined(failover.so_far, running.draft.text), Finish.STOP, booked)
