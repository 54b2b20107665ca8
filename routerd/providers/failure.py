"""The failure table: what was seen of a failed call, which failure that is, and what is done about it.

Pure: it sees neither the openai package nor a socket nor a clock; ``client.py`` translates into ``Fault``.
"""

from __future__ import annotations

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
    NO_API = "no api"
    """A web page, or nothing at all, with a status that says that all is well."""
    ENDLESS = "endless"
    """More bytes came than any answer to this question can have."""


@dataclass(frozen=True, slots=True)
class ProviderFault:
    """What was seen of one failed call, as plain data; ``message`` is the provider's and never trusted."""

    sign: FaultKind
    status: int = 0
    code: str = ""
    type: str = ""
    param: str = ""
    message: str = ""
    retry_after_s: float | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """Of the answer, names in lower case."""
    body: bytes = b""
    """The JSON object of a refusal as it was sent, where the request passed through."""


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
    """The key was refused."""
    BALANCE = "no balance"
    """The account has no money left, or a budget at the provider is spent."""
    QUOTA = "quota"
    """What a plan or a free tier gives is used up until tomorrow or later."""
    FORBIDDEN = "forbidden"
    """The key is known, and may not: a region, an address, an organisation."""
    MODEL_DENIED = "model denied"
    TEXT_DENIED = "text denied"
    """The provider's rules forbid this text; other providers have other rules."""
    RATE_LIMITED = "rate limited"
    """A limit that ends soon, or at a time that the provider told."""
    OVERLOADED = "overloaded"
    SERVER = "server"
    NETWORK = "network"
    TIMEOUT = "timeout"
    OVERTIME = "overtime"
    TRUNCATED = "truncated"
    FILTERED = "filtered"
    ENDLESS = "endless"


class CooldownScope(StrEnum):
    """Who has to sit out for a while: nobody, one model at one provider, one key, or one account."""

    NOBODY = "nobody"
    DEPLOYMENT = "deployment"
    CREDENTIAL = "credential"
    ACCOUNT = "account"
    """All that is asked with this key, until the question ends: the next action finds out whether money came."""


class NextStep(StrEnum):
    """How the question goes on."""

    ADAPT = "adapt"
    """Here again without the field that was refused, where one is named; otherwise elsewhere only: what one provider
    refuses with words that nobody knows, another one may take."""
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
# was just enabled is found within the patience of a person. A changed key lifts its bench at once, and an empty
# account has none: a top-up shows in nothing but the next answer.
_A, _B, _T = AttemptStatus, CooldownScope, NextStep
TABLE: Mapping[Failure, Rule] = {
    Failure.BAD_REQUEST: Rule(_A.BAD_REQUEST, _B.NOBODY, 0, _T.ADAPT, False),
    Failure.NO_SUCH_MODEL: Rule(_A.BAD_REQUEST, _B.DEPLOYMENT, 60, _T.NEXT, False),
    Failure.MISDIRECTED: Rule(_A.BAD_REQUEST, _B.DEPLOYMENT, 60, _T.NEXT, False),
    Failure.CONTEXT_TOO_LONG: Rule(_A.BAD_REQUEST, _B.NOBODY, 0, _T.LARGER, False),
    Failure.CREDENTIAL: Rule(_A.CREDENTIAL, _B.CREDENTIAL, 60, _T.NEXT, False),
    Failure.BALANCE: Rule(_A.CREDENTIAL, _B.ACCOUNT, 0, _T.NEXT, False),
    Failure.QUOTA: Rule(_A.RATE_LIMITED, _B.DEPLOYMENT, 600, _T.NEXT, False),
    Failure.FORBIDDEN: Rule(_A.CREDENTIAL, _B.DEPLOYMENT, 60, _T.NEXT, False),
    Failure.MODEL_DENIED: Rule(_A.BAD_REQUEST, _B.DEPLOYMENT, 60, _T.NEXT, False),
    Failure.TEXT_DENIED: Rule(_A.BAD_REQUEST, _B.NOBODY, 0, _T.NEXT, False),
    Failure.RATE_LIMITED: Rule(_A.RATE_LIMITED, _B.DEPLOYMENT, 5, _T.RETRY, False),
    Failure.OVERLOADED: Rule(_A.SERVER_ERROR, _B.NOBODY, 0, _T.RETRY, True),
    Failure.SERVER: Rule(_A.SERVER_ERROR, _B.NOBODY, 0, _T.RETRY, True),
    Failure.NETWORK: Rule(_A.NETWORK, _B.NOBODY, 0, _T.RETRY, True),
    Failure.TIMEOUT: Rule(_A.TIMEOUT, _B.NOBODY, 0, _T.RETRY, True),
    Failure.OVERTIME: Rule(_A.TIMEOUT, _B.NOBODY, 0, _T.NEXT, False),
    Failure.TRUNCATED: Rule(_A.TRUNCATED, _B.NOBODY, 0, _T.RETRY, False),
    Failure.FILTERED: Rule(_A.TRUNCATED, _B.NOBODY, 0, _T.NEXT, False),
    Failure.ENDLESS: Rule(_A.TRUNCATED, _B.NOBODY, 0, _T.NEXT, False),
}
