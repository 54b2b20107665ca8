"""The next deployment to call, as one pure decision, and the state of one question; the time left is a parameter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from routerd.domain.errors import (
    BadRequest,
    ContextTooLong,
    Exhausted,
    Unauthorized,
    Unfinished,
    UpstreamError,
)
from routerd.domain.model import ModelRef
from routerd.domain.ports import Meter
from routerd.domain.prompt import Prompt
from routerd.domain.quote import Candidate
from routerd.providers.failure import Failure

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 4.0
"""Backoff before a retry of the same deployment; the openai package uses 0.5 to 8, for batch jobs."""
TRIES = 3
"""Failed calls of one deployment for one question, by server, network or truncation."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """The current state of one deployment, for one question."""

    model: ModelRef
    listed: int
    """Its index in the configuration's list."""
    group: int
    """Neighbours in the list at the same price form a group and share the load."""
    wait_s: float = 0.0
    """Seconds until it may be called; infinite: until another call of it ends."""
    hint_s: float = 0.0
    """Seconds until its rate-limit headers allow the request; waited for only where there is time."""
    why: str = ""
    """Why it must wait, failed or is excluded, in words."""
    out: bool = False
    """Excluded for this question."""
    degraded: bool = False
    headroom: float = 1.0


@dataclass(frozen=True, slots=True)
class Go:
    """Call this one; ``why`` says why not the first of the list, where it is another one."""

    model: ModelRef
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """None is free: wait for this one, for so many seconds or until a call ends (infinite)."""

    seconds: float
    model: ModelRef
    why: str


@dataclass(frozen=True, slots=True)
class Stop:
    """None is left, or none will be free in time."""


def next_move(deployments: Sequence[Deployment], left_s: float, prefer: ModelRef | None = None) -> Go | Wait | Stop:
    """Call a free deployment, else wait for the first that will be free in time, else stop.

    Order: healthy before degraded, then the order of the list, which is the user's choice of quality and price;
    within a group of equal price the one with the most headroom, so that their limits add up. ``prefer`` comes
    first while it is free: it began the answer that is to be continued.
    """
    alive = [deployment for deployment in deployments if not deployment.out]
    if not alive or left_s <= 0:
        return Stop()
    free = [deployment for deployment in alive if deployment.wait_s <= 0 and deployment.hint_s <= 0]
    if free:
        return _go(min(free, key=lambda one: _key(one, prefer)), deployments, prefer)
    soonest = min(alive, key=lambda one: max(one.wait_s, one.hint_s))
    seconds = max(soonest.wait_s, soonest.hint_s)
    if seconds < left_s or math.isinf(seconds):
        return Wait(seconds, soonest.model, soonest.why)
    allowed = [deployment for deployment in alive if deployment.wait_s <= 0]
    if allowed:
        return _go(min(allowed, key=lambda one: one.hint_s), deployments, prefer)
    return Stop()


def pause_s(failures: int, chance: float) -> float:
    """The jittered pause after so many failures (from 1) of one deployment; ``chance`` is in [0, 1)."""
    longest: float = min(FIRST_PAUSE_S * 2 ** min(failures - 1, 10), LONGEST_PAUSE_S)
    return longest * (0.5 + chance / 2)


def _key(one: Deployment, prefer: ModelRef | None) -> tuple[bool, bool, int, float, int]:
    return (one.model != prefer, one.degraded, one.group, -one.headroom, one.listed)


def _go(chosen: Deployment, deployments: Sequence[Deployment], prefer: ModelRef | None) -> Go:
    first = min(deployments, key=lambda one: one.listed)
    if chosen.model in (first.model, prefer):
        return Go(chosen.model)
    why = first.why or ("it failed a moment ago" if first.degraded else "it has less headroom")
    return Go(chosen.model, f"not {first.model}: {why}")


@dataclass(slots=True)
class DeploymentState:
    """The results of one deployment for this question."""

    failures: int = 0
    rest_until: float = 0.0
    """Monotonic seconds: end of the jittered backoff."""
    why: str = ""
    """The last failure in words."""
    out: bool = False
    last: Failure | None = None


@dataclass(slots=True)
class FailoverState:
    """The state of one ``ask``. Times are monotonic seconds."""

    prompt: Prompt
    """Of what passes through only its sizes are set."""
    candidate: Candidate
    meter: Meter | None
    """``None`` for a decision without a call."""
    deadline: float
    attempts: int = 0
    states: dict[ModelRef, DeploymentState] = field(default_factory=dict)
    so_far: str = ""
    """The beginning of an answer that was cut at its length limit and is being continued."""
    input_tokens: int = field(init=False)
    """Input tokens of the next call: the prompt, and the beginning that is to be continued."""
    max_output: int = 0
    """Output limit in tokens of the latest call."""
    continuations: int = 0
    prefer: ModelRef | None = None
    stopped: UpstreamError | None = None
    empty: dict[str, str] = field(default_factory=dict)
    """Why the account of a key has no money, by the key's name: found out by this question."""
    _shown: str = ""

    def __post_init__(self) -> None:
        self.input_tokens = self.prompt.input_tokens
        self.states = {model: DeploymentState() for model in self.candidate.models}

    @property
    def tokens(self) -> int:
        """Highest number of tokens that the next call can use."""
        return self.input_tokens + self.prompt.max_output

    def exclude(self, model: ModelRef, why: str, failure: Failure | None = None) -> None:
        """Do not call this deployment again for this question."""
        state = self.states[model]
        state.out, state.why, state.last = True, why, failure

    def continue_answer(self, model: ModelRef, so_far: str, tokens: int) -> None:
        """Continue an answer that was cut at its length limit, preferably with the same deployment."""
        self.continuations += 1
        self.so_far, self.prefer = so_far, model
        self.input_tokens = self.prompt.input_tokens + tokens
        self.states[model] = DeploymentState()

    def show_wait(self, sentence: str) -> None:
        """Show what is waited for, once per sentence."""
        if sentence != self._shown and self.meter is not None:
            self._shown = sentence
            self.meter.stage(sentence)

    def verdict(self, reasons: dict[ModelRef, str], overtime: bool) -> UpstreamError:
        """The fault to raise when no deployment is left: the one that all share, else Exhausted."""
        if self.stopped is not None:
            return self.stopped
        details = "; ".join(f"{model}: {why}" for model, why in reasons.items()) or "it lists no model"
        last = {state.last for state in self.states.values()}
        if last == {Failure.CREDENTIAL}:
            return Unauthorized(f"No key was accepted for {self.candidate.tier} ({details}).")
        if last and last <= {Failure.CREDENTIAL, Failure.BALANCE, Failure.FORBIDDEN, Failure.MODEL_DENIED}:
            return Unauthorized(f"No account may answer for {self.candidate.tier} ({details}).")
        if last == {Failure.CONTEXT_TOO_LONG}:
            tokens = self.prompt.input_tokens
            return ContextTooLong(f"The prompt of {tokens} tokens does not fit {self.candidate.tier} ({details}).")
        if last and last <= {Failure.NO_SUCH_MODEL, Failure.MISDIRECTED, Failure.BAD_REQUEST, Failure.TEXT_DENIED}:
            return BadRequest(f"The request was refused ({details}).")
        if last and last <= {Failure.TRUNCATED, Failure.FILTERED, Failure.ENDLESS}:
            return Unfinished(f"No answer of {self.candidate.tier} was whole ({details}).")
        if overtime:
            return Exhausted(f"No whole answer came in time ({details}).")
        lone = len(self.states) == 1
        advice = "a second one under [tiers] would be asked now" if lone else "try again, or choose another tier"
        return Exhausted(f"No deployment of {self.candidate.tier} gave a whole answer ({details}); {advice}.")
