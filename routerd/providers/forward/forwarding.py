"""The engine for what passes through: one deployment after another until one begins to answer, then its bytes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.errors import OverBudget, RateLimited, Unfinished, UpstreamError
from routerd.domain.forward_ports import ForwardMeter, Sink
from routerd.domain.forwarded import AnswerHead, ForwardedRequest
from routerd.domain.ports import Meter
from routerd.domain.prompt import Prompt
from routerd.domain.quote import Candidate
from routerd.domain.settings import Quirks
from routerd.domain.verdict import Refusal
from routerd.providers.call import may_be_billed
from routerd.providers.calls import DeploymentCalls
from routerd.providers.classify import classify
from routerd.providers.failover import FailoverState, Wait
from routerd.providers.failure import Failure, FaultKind, ProviderFault, ProviderFaultError
from routerd.providers.forward.outgoing import Outgoing, outgoing
from routerd.providers.forward.raw_events import RawEvents
from routerd.providers.forward.transport import Incoming, Transport
from routerd.providers.forward.watch import Watch
from routerd.providers.keys import deployment
from routerd.providers.metering import estimated_tokens
from routerd.providers.policy import RunningAttempt
from routerd.providers.sse import TooLong

HELD_EVENTS, HELD_BYTES = 64, 256 * 1024
"""What is held back at most before the first content: while nothing has left, another deployment may answer."""
MOST_BYTES = 1 << 28
"""Of one answer: 256 MB, more than any model generates; images come as base64."""
WHOLE_S = 600.0
"""Silence that is waited for where the answer comes in one piece: the SDKs' own timeout."""
_LONGEST_WAIT_S = 5.0
"""For a deployment that rests between two tries; a client is told of a longer wait and waits itself."""
_TOP_UP_EVENTS = 16
"""Events between two looks at how much was generated."""


@dataclass
class ForwardState(FailoverState):
    """The state of one request that passes through."""

    request: ForwardedRequest | None = None
    sink: Sink | None = None
    account: ForwardMeter | None = None
    """The same as ``meter``."""
    committed: bool = False
    """Whether anything of an answer has left: no other deployment may answer then."""
    refused: ProviderFault | None = None
    """The last refusal, and which failure it is."""
    refused_as: Failure | None = None
    waits: list[float] = field(default_factory=list)


@dataclass
class ForwardingEngine(DeploymentCalls[Attempt]):
    """Passes requests through; see ``domain.forward_ports.Forwarder``."""

    transport: Transport = field(default_factory=Transport)

    async def forward(
        self, request: ForwardedRequest, prompt: Prompt, candidate: Candidate, meter: ForwardMeter, sink: Sink
    ) -> Attempt:
        """As the port says."""
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
        sent = outgoing(
            request, running.model.model, failover.max_output, running.provider, running.key, running.quirks
        )
        watch = Watch(
            request.endpoint.dialect,
            running.draft,
            ends_with_done=running.quirks.sends_done,
            strip_usage=sent.strip_usage,
        )
        passage = _Passage(self, failover, running, watch)
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
            if isinstance(end, _TopUpRefused):
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

    def book(self, state: ForwardState, running: RunningAttempt) -> Attempt:
        """The attempt of a whole answer."""
        return self._attempt(state, running, AttemptStatus.OK, running.why)


_RELAYED = (Failure.BAD_REQUEST, Failure.CONTEXT_TOO_LONG, Failure.NO_SUCH_MODEL, Failure.TEXT_DENIED)
"""Refusals of the request itself: a client understands its own dialect's words for them."""


class _TopUpRefused(Exception):
    """The budget allows no more of a stream under way."""


class _Passage:
    """The bytes of one answer on their way to the client."""

    def __init__(
        self,
        engine: ForwardingEngine,
        state: ForwardState,
        running: RunningAttempt,
        watch: Watch,
    ) -> None:
        self._engine, self._state, self._running, self._watch = engine, state, running, watch
        self.refused: str | None = None
        self._looked = self._generated = 0

    async def run(self, sent: Outgoing) -> Attempt:
        """Send the request and pass the answer on. Raises ProviderFaultError; cancelling closes the socket."""
        request, draft = self._state.request, self._running.draft
        assert request is not None
        limits = self._engine._limits(self._running.model)  # noqa: SLF001  # the engine's own part
        first_s = limits.first_token_s if request.streamed else max(WHOLE_S, limits.first_token_s)
        draft.sent = True
        incoming: Incoming | None = None
        try:
            async with asyncio.timeout(first_s) as limit:
                assert self._state.account is not None
                self._state.account.sending()
                incoming = await self._engine.transport.post(sent.url, sent.headers, sent.body)
                draft.headers = incoming.headers
                if incoming.status >= 300:
                    raise ProviderFaultError(await incoming.refusal(self._engine.clock.wall()))
                if incoming.content_type == "text/html":
                    raise ProviderFaultError(ProviderFault(FaultKind.NO_API, message="a web page"))
                async with aclosing(incoming.pieces(MOST_BYTES)) as pieces:
                    if not request.streamed or incoming.content_type == "application/json":
                        return await self._whole(incoming, pieces)
                    return await self._stream(incoming, pieces, limit, limits.between_tokens_s)
        except TimeoutError:
            sign = FaultKind.STALLED if self._watch.content else FaultKind.SILENT
            raise ProviderFaultError(ProviderFault(sign)) from None
        except ProviderFaultError as error:
            self._watch.read_text()
            draft.sent = may_be_billed(error.fault.sign, draft)
            raise
        finally:
            if incoming is not None:
                incoming.close()

    async def _whole(self, incoming: Incoming, pieces: AsyncGenerator[bytes]) -> Attempt:
        body = b"".join([piece async for piece in pieces])
        self._watch.whole(body)
        self._watch.read_text()
        booked = self._engine.book(self._state, self._running)
        await self._begin(incoming, booked)
        assert self._state.sink is not None
        await self._state.sink.write(body)
        return booked

    async def _stream(
        self, incoming: Incoming, pieces: AsyncGenerator[bytes], limit: asyncio.Timeout, between_s: float
    ) -> Attempt:
        loop, events, held = asyncio.get_running_loop(), RawEvents(), bytearray()
        watch, sink = self._watch, self._state.sink
        assert sink is not None
        async for piece in pieces:
            limit.reschedule(loop.time() + (between_s if watch.content else self._first_s()))
            try:
                for event in events.feed(piece):
                    held += watch.event(event) or b""
            except TooLong:
                raise ProviderFaultError(ProviderFault(FaultKind.ENDLESS)) from None
            except ProviderFaultError:
                if self._state.committed and held:  # what came whole before the error is the client's
                    await self._pass_on(incoming, held, limit)
                raise
            full = watch.events > HELD_EVENTS or len(held) > HELD_BYTES
            if held and (self._state.committed or watch.content or full):
                await self._pass_on(incoming, held, limit)
                held.clear()
                limit.reschedule(loop.time() + between_s)
                await self._top_up()
        rest = events.rest()
        if rest.strip():
            held += watch.event(rest + b"\n\n") or b""
        watch.check_end()
        if held:
            await self._pass_on(incoming, held, limit)
        if self._running.draft.usage is None:
            watch.read_text()
        return self._engine.book(self._state, self._running)

    async def _pass_on(self, incoming: Incoming, held: bytearray, limit: asyncio.Timeout) -> None:
        """A slow reader is waited for, as the provider is not to blame for it."""
        limit.reschedule(None)
        await self._begin(incoming, None)
        assert self._state.sink is not None
        await self._state.sink.write(bytes(held))

    def _first_s(self) -> float:
        return self._engine._limits(self._running.model).first_token_s  # noqa: SLF001  # as above

    async def _begin(self, incoming: Incoming, attempt: Attempt | None) -> None:
        if self._state.committed:
            return
        self._state.committed = True
        assert self._state.sink is not None
        await self._state.sink.begin(
            AnswerHead(
                status=incoming.status,
                content_type=incoming.headers.get("content-type", "application/json"),
                model=self._running.model,
                tier=self._state.candidate.tier,
                attempts=self._state.attempts + (attempt is None),
                streamed=attempt is None,
                attempt=attempt,
            )
        )

    async def _top_up(self) -> None:
        """Hold more money where the answer is longer than what is held pays for. Raises where there is none."""
        if self._watch.events - self._looked < _TOP_UP_EVENTS:
            return
        self._looked = self._watch.events
        self._generated += estimated_tokens(self._engine.counter, self._watch.read_text())
        assert self._state.account is not None
        refusal = await self._state.account.more(self._running.model, self._state.input_tokens, self._generated)
        if isinstance(refusal, Refusal):
            self.refused = refusal.message
            raise _TopUpRefused(refusal.message)
