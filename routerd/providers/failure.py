"""The failure table: what was seen of a failed call, which failure that is, and what is done about it.

Pure: it sees neither the openai package nor a socket nor a clock; ``client.py`` translates into ``Fault``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from routerd.domain.attempt import AttemptStatus


class FaultKind(StrEnum):
    """How a failed call showed itself."""

    STATUS = "status"
    """An HTTP status other than 200, or an error object that carries one."""
    UNREACHABLE = "unreachable"
    """No connection: nothing was sent."""
    BROKEN = "broken"
    """The connection broke, or what came over it was no answer."""
    ERROR = "error"
    """An error object with status 200, alone or in the stream."""
    SILENT = "silent"
    """No first token in time."""
    STALLED = "stalled"
    """A stream without a next token in time."""
    OVERTIME = "overtime"
    """The time of the whole action ran out."""
    CUT = "cut"
    """The stream ended without a finish reason or without ``[DONE]``."""
    LENGTH = "length"
    """The model ran into its output limit."""
    FILTERED = "filtered"
    """The provider's filter stopped the answer."""
    ENDLESS = "endless"
    """More bytes came than any answer to this question can have."""


@dataclass(frozen=True, slots=True)
class ProviderFault:
    """What was seen of one failed call, as plain data; ``message`` is the provider's and never trusted."""

    sign: FaultKind
    status: int = 0
    code: str = ""
    param: str = ""
    message: str = ""
    retry_after_s: float | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """Of the answer, names in lower case."""


class ProviderFaultError(Exception):
    """A call failed; caught by the engine, never leaves this package."""

    def __init__(self, fault: ProviderFault) -> None:
        super().__init__(fault.sign)
        self.fault = fault


class Failure(StrEnum):
    """The classes of failure of the design; each has its rule."""

    BAD_REQUEST = "bad request"
    NO_SUCH_MODEL = "no such model"
    MISDIRECTED = "misdirected"
    CONTEXT_TOO_LONG = "context too long"
    CREDENTIAL = "credential"
    RATE_LIMITED = "rate limited"
    SERVER = "server"
    NETWORK = "network"
    TIMEOUT = "timeout"
    OVERTIME = "overtime"
    TRUNCATED = "truncated"
    FILTERED = "filtered"
    ENDLESS = "endless"


class CooldownScope(StrEnum):
    """Who has to sit out for a while: nobody, one model at one provider, or one key."""

    NOBODY = "nobody"
    DEPLOYMENT = "deployment"
    CREDENTIAL = "credential"


class NextStep(StrEnum):
    """How the question goes on."""

    STOP = "stop"
    """Nobody else would answer it either."""
    NEXT = "next"
    """Elsewhere only."""
    RETRY = "retry"
    """Elsewhere at once; here again after a jittered pause where nobody else is free."""
    LARGER = "larger"
    """Only where the window is larger."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What is done about one class of failure."""

    status: AttemptStatus
    cooldown: CooldownScope
    cooldown_s: float
    """Where the provider named no time."""
    then: NextStep
    breaks: bool
    """Whether it counts towards the deployment's breaker."""


# Bench times are ours: long enough that nobody hammers, short enough that a mended account or a model that
# was just enabled is found within the patience of a person. A changed key lifts its bench at once.
_A, _B, _T = AttemptStatus, CooldownScope, NextStep
TABLE: Mapping[Failure, Rule] = {
    Failure.BAD_REQUEST: Rule(_A.BAD_REQUEST, _B.NOBODY, 0, _T.STOP, False),
    Failure.NO_SUCH_MODEL: Rule(_A.BAD_REQUEST, _B.DEPLOYMENT, 60, _T.NEXT, False),
    Failure.MISDIRECTED: Rule(_A.BAD_REQUEST, _B.DEPLOYMENT, 60, _T.NEXT, False),
    Failure.CONTEXT_TOO_LONG: Rule(_A.BAD_REQUEST, _B.NOBODY, 0, _T.LARGER, False),
    Failure.CREDENTIAL: Rule(_A.CREDENTIAL, _B.CREDENTIAL, 60, _T.NEXT, False),
    Failure.RATE_LIMITED: Rule(_A.RATE_LIMITED, _B.DEPLOYMENT, 5, _T.RETRY, False),
    Failure.SERVER: Rule(_A.SERVER_ERROR, _B.NOBODY, 0, _T.RETRY, True),
    Failure.NETWORK: Rule(_A.NETWORK, _B.NOBODY, 0, _T.RETRY, True),
    Failure.TIMEOUT: Rule(_A.TIMEOUT, _B.NOBODY, 0, _T.RETRY, True),
    Failure.OVERTIME: Rule(_A.TIMEOUT, _B.NOBODY, 0, _T.NEXT, False),
    Failure.TRUNCATED: Rule(_A.TRUNCATED, _B.NOBODY, 0, _T.RETRY, False),
    Failure.FILTERED: Rule(_A.TRUNCATED, _B.NOBODY, 0, _T.NEXT, False),
    Failure.ENDLESS: Rule(_A.TRUNCATED, _B.NOBODY, 0, _T.NEXT, False),
}

_BY_SIGN: Mapping[FaultKind, Failure] = {
    FaultKind.UNREACHABLE: Failure.NETWORK,
    FaultKind.BROKEN: Failure.NETWORK,
    FaultKind.SILENT: Failure.TIMEOUT,
    FaultKind.STALLED: Failure.TIMEOUT,
    FaultKind.OVERTIME: Failure.OVERTIME,
    FaultKind.CUT: Failure.TRUNCATED,
    FaultKind.LENGTH: Failure.TRUNCATED,
    FaultKind.FILTERED: Failure.FILTERED,
    FaultKind.ENDLESS: Failure.ENDLESS,
}

# Codes say more than the status that they come with: OpenAI sends an empty account as 429, and gateways of
# the one-api family send an unknown model as 503.
_BY_CODE: Mapping[str, Failure] = {
    "context_length_exceeded": Failure.CONTEXT_TOO_LONG,
    "insufficient_quota": Failure.CREDENTIAL,
    "billing_hard_limit_reached": Failure.CREDENTIAL,
    "billing_not_active": Failure.CREDENTIAL,
    "invalid_api_key": Failure.CREDENTIAL,
    "model_not_found": Failure.NO_SUCH_MODEL,
    "rate_limit_exceeded": Failure.RATE_LIMITED,
}

_BY_STATUS: Mapping[int, Failure] = {
    401: Failure.CREDENTIAL,
    402: Failure.CREDENTIAL,
    403: Failure.CREDENTIAL,
    404: Failure.NO_SUCH_MODEL,
    408: Failure.SERVER,
    409: Failure.SERVER,  # "conflict" is a lock on the provider's side; the openai package retries it too
    429: Failure.RATE_LIMITED,
}

_BY_HUNDRED: Mapping[int, Failure] = {
    3: Failure.MISDIRECTED,
    4: Failure.BAD_REQUEST,
    5: Failure.SERVER,
}

_TOO_LONG = re.compile(
    r"maximum context length|context (?:length|window)|prompt is too long|input token count"
    r"|too many (?:input )?tokens|reduce the length of",
    re.IGNORECASE,
)
"""OpenAI, vLLM, LiteLLM; Ollama, Groq; Anthropic; Google; Mistral: they share the status 400 but no code."""

_STATUS = re.compile(r"[1-5][0-9]{2}", re.ASCII)
"""A code that is an HTTP status; Zhipu's 1113 is none."""

_NO_MODEL = re.compile(r"not a valid model|model\b.{0,80}\b(?:not found|does not exist)", re.IGNORECASE)


def classify(fault: ProviderFault) -> Failure:
    """Which failure this is."""
    if fault.sign in _BY_SIGN:
        return _BY_SIGN[fault.sign]
    if fault.code in _BY_CODE:
        return _BY_CODE[fault.code]
    status = fault.status or (int(fault.code) if _STATUS.fullmatch(fault.code) else 0)
    if status in (400, 413, 422) and _TOO_LONG.search(fault.message):
        return Failure.CONTEXT_TOO_LONG
    if status == 400 and _NO_MODEL.search(fault.message):
        return Failure.NO_SUCH_MODEL
    return _BY_STATUS.get(status) or _BY_HUNDRED.get(status // 100, Failure.SERVER)
