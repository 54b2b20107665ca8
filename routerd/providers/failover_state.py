"""One question on its way through the deployments of a rung: who failed how, what is spent, what is left."""

from __future__ import annotations

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
from routerd.domain.prompt import Question
from routerd.domain.quote import Candidate
from routerd.providers.failure import Failure


@dataclass(slots=True)
class DeploymentState:
    """How one deployment did on this question."""

    failures: int = 0
    rest_until: float = 0.0
    """Monotonic seconds: the jittered pause before it is tried again."""
    why: str = ""
    """The last failure, for a person."""
    out: bool = False
    last: Failure | None = None


@dataclass(slots=True)
class FailoverState:
    """The state of one ``ask``. Times are monotonic seconds."""

    question: Question
    candidate: Candidate
    meter: Meter | None
    """``None`` where nobody is asked, but only looked at."""
    deadline: float
    attempts: int = 0
    states: dict[ModelRef, DeploymentState] = field(default_factory=dict)
    so_far: str = ""
    """The beginning of an answer that ended by length and is being continued."""
    so_far_tokens: int = 0
    """What that adds to the input of the next call, with the words that ask for the rest."""
    max_output: int = 0
    """The limit of the answer that the latest call was allowed, in tokens."""
    continuations: int = 0
    prefer: ModelRef | None = None
    stopped: UpstreamError | None = None
    _told: str = ""

    def __post_init__(self) -> None:
        self.states = {model: DeploymentState() for model in self.candidate.models}

    @property
    def tokens(self) -> int:
        """The most tokens that the next call can use."""
        return self.input_tokens + self.question.prompt.max_output

    @property
    def input_tokens(self) -> int:
        """Input of the next call: the prompt, and the beginning that is to be continued."""
        return self.question.prompt.input_tokens + self.so_far_tokens

    def exclude(self, model: ModelRef, why: str, failure: Failure | None = None) -> None:
        """Not this deployment again for this question."""
        state = self.states[model]
        state.out, state.why, state.last = True, why, failure

    def begin_again(self, model: ModelRef, so_far: str, tokens: int) -> None:
        """The answer has begun but was too long: go on from there, best with the same deployment."""
        self.continuations += 1
        self.so_far, self.so_far_tokens, self.prefer = so_far, tokens, model
        self.states[model] = DeploymentState()

    def tell(self, sentence: str) -> None:
        """Say what is waited for, once."""
        if sentence != self._told and self.meter is not None:
            self._told = sentence
            self.meter.stage(sentence)

    def verdict(self, reasons: dict[ModelRef, str], overtime: bool) -> UpstreamError:
        """The fault to raise when nobody is left: the one that all share, else that they are exhausted."""
        if self.stopped is not None:
            return self.stopped
        told = "; ".join(f"{model}: {why}" for model, why in reasons.items()) or "it lists no model"
        last = {state.last for state in self.states.values()}
        if last == {Failure.CREDENTIAL}:
            return Unauthorized(f"No key was accepted for {self.candidate.tier} ({told}).")
        if last and last <= {Failure.CREDENTIAL, Failure.BALANCE, Failure.FORBIDDEN, Failure.MODEL_DENIED}:
            return Unauthorized(f"No account may answer for {self.candidate.tier} ({told}).")
        if last == {Failure.CONTEXT_TOO_LONG}:
            tokens = self.question.prompt.input_tokens
            return ContextTooLong(f"The prompt of {tokens} tokens does not fit {self.candidate.tier} ({told}).")
        if last and last <= {Failure.NO_SUCH_MODEL, Failure.MISDIRECTED, Failure.BAD_REQUEST, Failure.TEXT_DENIED}:
            return BadRequest(f"The request was refused ({told}).")
        if last and last <= {Failure.TRUNCATED, Failure.FILTERED, Failure.ENDLESS}:
            return Unfinished(f"No answer of {self.candidate.tier} was whole ({told}).")
        if overtime:
            return Exhausted(f"No whole answer came in time ({told}).")
        lone = len(self.states) == 1
        advice = "a second one under [tiers] would be asked now" if lone else "try again, or choose another tier"
        return Exhausted(f"No deployment of {self.candidate.tier} gave a whole answer ({told}); {advice}.")
