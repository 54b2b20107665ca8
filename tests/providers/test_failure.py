"""The failure table, row by row, and that no exception of the openai package slips through it."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator

import httpx2
import openai
import pytest

from routerd.domain.attempt import AttemptStatus
from routerd.domain.errors import UpstreamError
from routerd.providers.classify import classify
from routerd.providers.client import EmbeddingsClient, ProviderClient, fault_of
from routerd.providers.failure import TABLE, CooldownScope, Failure, FaultKind, NextStep, ProviderFault
from routerd.providers.probe import probe

STATUSES = {
    300: Failure.MISDIRECTED,
    301: Failure.MISDIRECTED,
    307: Failure.MISDIRECTED,
    400: Failure.BAD_REQUEST,
    401: Failure.CREDENTIAL,
    402: Failure.BALANCE,
    403: Failure.CREDENTIAL,
    404: Failure.NO_SUCH_MODEL,
    405: Failure.BAD_REQUEST,
    408: Failure.SERVER,
    409: Failure.SERVER,
    413: Failure.CONTEXT_TOO_LONG,
    418: Failure.BAD_REQUEST,
    422: Failure.BAD_REQUEST,
    429: Failure.RATE_LIMITED,
    500: Failure.SERVER,
    502: Failure.SERVER,
    503: Failure.SERVER,
    504: Failure.SERVER,
    529: Failure.OVERLOADED,
}

SIGNS = {
    FaultKind.UNREACHABLE: Failure.NETWORK,
    FaultKind.BROKEN: Failure.NETWORK,
    FaultKind.ERROR: Failure.SERVER,
    FaultKind.SILENT: Failure.TIMEOUT,
    FaultKind.STALLED: Failure.TIMEOUT,
    FaultKind.OVERTIME: Failure.OVERTIME,
    FaultKind.CUT: Failure.TRUNCATED,
    FaultKind.LENGTH: Failure.TRUNCATED,
    FaultKind.FILTERED: Failure.FILTERED,
    FaultKind.ENDLESS: Failure.ENDLESS,
    FaultKind.NO_API: Failure.MISDIRECTED,
}

RULES = {
    Failure.BAD_REQUEST: (AttemptStatus.BAD_REQUEST, CooldownScope.NOBODY, NextStep.ADAPT, False),
    Failure.NO_SUCH_MODEL: (AttemptStatus.BAD_REQUEST, CooldownScope.DEPLOYMENT, NextStep.NEXT, False),
    Failure.MISDIRECTED: (AttemptStatus.BAD_REQUEST, CooldownScope.DEPLOYMENT, NextStep.NEXT, False),
    Failure.CONTEXT_TOO_LONG: (AttemptStatus.BAD_REQUEST, CooldownScope.NOBODY, NextStep.LARGER, False),
    Failure.CREDENTIAL: (AttemptStatus.CREDENTIAL, CooldownScope.CREDENTIAL, NextStep.NEXT, False),
    Failure.BALANCE: (AttemptStatus.CREDENTIAL, CooldownScope.ACCOUNT, NextStep.NEXT, False),
    Failure.QUOTA: (AttemptStatus.RATE_LIMITED, CooldownScope.DEPLOYMENT, NextStep.NEXT, False),
    Failure.FORBIDDEN: (AttemptStatus.CREDENTIAL, CooldownScope.DEPLOYMENT, NextStep.NEXT, False),
    Failure.MODEL_DENIED: (AttemptStatus.BAD_REQUEST, CooldownScope.DEPLOYMENT, NextStep.NEXT, False),
    Failure.TEXT_DENIED: (AttemptStatus.BAD_REQUEST, CooldownScope.NOBODY, NextStep.NEXT, False),
    Failure.OVERLOADED: (AttemptStatus.SERVER_ERROR, CooldownScope.NOBODY, NextStep.RETRY, True),
    Failure.RATE_LIMITED: (AttemptStatus.RATE_LIMITED, CooldownScope.DEPLOYMENT, NextStep.RETRY, False),
    Failure.SERVER: (AttemptStatus.SERVER_ERROR, CooldownScope.NOBODY, NextStep.RETRY, True),
    Failure.NETWORK: (AttemptStatus.NETWORK, CooldownScope.NOBODY, NextStep.RETRY, True),
    Failure.TIMEOUT: (AttemptStatus.TIMEOUT, CooldownScope.NOBODY, NextStep.RETRY, True),
    Failure.OVERTIME: (AttemptStatus.TIMEOUT, CooldownScope.NOBODY, NextStep.NEXT, False),
    Failure.TRUNCATED: (AttemptStatus.TRUNCATED, CooldownScope.NOBODY, NextStep.RETRY, False),
    Failure.FILTERED: (AttemptStatus.TRUNCATED, CooldownScope.NOBODY, NextStep.NEXT, False),
    Failure.ENDLESS: (AttemptStatus.TRUNCATED, CooldownScope.NOBODY, NextStep.NEXT, False),
}

SAID = [
    (400, "context_length_exceeded", "", Failure.CONTEXT_TOO_LONG),
    (400, "", "This model's maximum context length is 8192 tokens.", Failure.CONTEXT_TOO_LONG),
    (400, "", "prompt is too long: 210000 tokens > 200000 maximum", Failure.CONTEXT_TOO_LONG),
    (400, "", "The input token count (9) exceeds the maximum number of tokens", Failure.CONTEXT_TOO_LONG),
    (413, "", "Please reduce the length of the messages.", Failure.CONTEXT_TOO_LONG),
    (400, "", "gpt-9 is not a valid model ID", Failure.NO_SUCH_MODEL),
    (503, "model_not_found", "No available channel for model", Failure.NO_SUCH_MODEL),
    (429, "insufficient_quota", "You exceeded your current quota", Failure.BALANCE),
    (429, "rate_limit_exceeded", "Rate limit reached", Failure.RATE_LIMITED),
    (400, "unsupported_parameter", "Unsupported parameter: 'max_tokens'", Failure.BAD_REQUEST),
]

IN_A_STREAM = [
    ("502", Failure.SERVER),
    ("429", Failure.RATE_LIMITED),
    ("rate_limit_exceeded", Failure.RATE_LIMITED),
    ("", Failure.SERVER),
    ("surprise", Failure.SERVER),
]


@pytest.mark.parametrize(("status", "failure"), list(STATUSES.items()))
def test_each_status_has_its_failure(status: int, failure: Failure) -> None:
    assert classify(ProviderFault(FaultKind.STATUS, status)) is failure


@pytest.mark.parametrize("status", range(300, 600))
def test_every_status_that_is_no_success_has_a_rule(status: int) -> None:
    assert classify(ProviderFault(FaultKind.STATUS, status)) in TABLE


@pytest.mark.parametrize(("sign", "failure"), list(SIGNS.items()))
def test_each_sign_has_its_failure(sign: FaultKind, failure: Failure) -> None:
    assert classify(ProviderFault(sign)) is failure


def test_the_signs_above_are_all_there_are() -> None:
    assert set(SIGNS) | {FaultKind.STATUS} == set(FaultKind)


@pytest.mark.parametrize(("status", "code", "message", "failure"), SAID)
def test_what_a_provider_says_is_believed_over_its_status(
    status: int, code: str, message: str, failure: Failure
) -> None:
    assert classify(ProviderFault(FaultKind.STATUS, status, code, message=message)) is failure


@pytest.mark.parametrize(("code", "failure"), IN_A_STREAM)
def test_an_error_object_with_status_200_is_read_by_its_code(code: str, failure: Failure) -> None:
    assert classify(ProviderFault(FaultKind.ERROR, code=code)) is failure


@pytest.mark.parametrize("failure", Failure)
def test_each_failure_has_the_rule_of_the_design(failure: Failure) -> None:
    rule = TABLE[failure]
    assert (rule.status, rule.cooldown, rule.then, rule.breaks) == RULES[failure]
    assert (rule.cooldown_s > 0) == (rule.cooldown in (CooldownScope.DEPLOYMENT, CooldownScope.CREDENTIAL))


REQUEST = httpx2.Request("POST", "http://localhost/v1/chat/completions")


def response(status: int, **headers: str) -> httpx2.Response:
    return httpx2.Response(status, request=REQUEST, headers=headers)


def status_error(kind: type[openai.APIStatusError], status: int) -> openai.APIStatusError:
    return kind("no", response=response(status), body=None)


EXCEPTIONS: dict[str, tuple[openai.OpenAIError, Failure]] = {
    "APIError": (openai.APIError("no", REQUEST, body=None), Failure.SERVER),
    "APIResponseValidationError": (
        openai.APIResponseValidationError(response(200), None),
        Failure.NETWORK,
    ),
    "APIStatusError": (status_error(openai.APIStatusError, 402), Failure.BALANCE),
    "APIConnectionError": (openai.APIConnectionError(request=REQUEST), Failure.NETWORK),
    "APITimeoutError": (openai.APITimeoutError(REQUEST), Failure.NETWORK),
    "BadRequestError": (status_error(openai.BadRequestError, 400), Failure.BAD_REQUEST),
    "AuthenticationError": (status_error(openai.AuthenticationError, 401), Failure.CREDENTIAL),
    "OAuthError": (openai.OAuthError(response=response(401), body=None), Failure.CREDENTIAL),
    "PermissionDeniedError": (status_error(openai.PermissionDeniedError, 403), Failure.FORBIDDEN),
    "NotFoundError": (status_error(openai.NotFoundError, 404), Failure.MISDIRECTED),
    "ConflictError": (status_error(openai.ConflictError, 409), Failure.SERVER),
    "UnprocessableEntityError": (status_error(openai.UnprocessableEntityError, 422), Failure.BAD_REQUEST),
    "RateLimitError": (status_error(openai.RateLimitError, 429), Failure.RATE_LIMITED),
    "InternalServerError": (status_error(openai.InternalServerError, 500), Failure.SERVER),
}

NEVER_RAISED = {
    "MissingDependencyError": "only by extras, which nobody but the embeddings of the module imports",
    "APIRemovedInV1": "only by names of the package's version 0",
    "MutuallyExclusiveAuthError": "only where a client is made with two kinds of key",
    "StreamAlreadyConsumed": "only where a stream is read twice",
    "_AmbiguousModuleClientUsageError": "only by the module-level client",
    "LengthFinishReasonError": "only by the parse helpers, which routerd does not use",
    "ContentFilterFinishReasonError": "only by the parse helpers",
    "SubjectTokenProviderError": "only with workload identity, which routerd does not use",
    "WebSocketConnectionClosedError": "only by the realtime client",
    "WebSocketQueueFullError": "only by the realtime client",
}


def below(kind: type[openai.OpenAIError]) -> Iterator[type[openai.OpenAIError]]:
    for child in kind.__subclasses__():
        yield child
        yield from below(child)


def test_every_exception_of_the_openai_package_is_accounted_for() -> None:
    shipped = {kind.__name__ for kind in below(openai.OpenAIError) if kind.__module__.startswith("openai")}
    assert shipped - NEVER_RAISED.keys() == EXCEPTIONS.keys()


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_each_exception_of_the_openai_package_becomes_its_failure(name: str) -> None:
    error, failure = EXCEPTIONS[name]
    assert type(error).__name__ == name
    assert classify(fault_of(error, 0.0)) is failure


@pytest.mark.parametrize("kind", [httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout])
def test_a_connection_that_never_stood_is_known_to_have_sent_nothing(kind: type[Exception]) -> None:
    error = openai.APIConnectionError(request=REQUEST)
    error.__cause__ = kind("no")
    assert fault_of(error, 0.0).sign is FaultKind.UNREACHABLE


def _untrusted() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "no")
    error.verify_message = "self-signed"
    return error


@pytest.mark.parametrize(
    ("inner", "words"),
    [
        (ConnectionRefusedError(111, "refused"), "nothing listens there"),
        (socket.gaierror(-2, "unknown"), "its name is not known"),
        (ssl.SSLError(1, "wrong version"), "does not speak TLS"),
        (_untrusted(), "its certificate is not trusted (self-signed)"),
    ],
)
def test_why_there_is_no_connection_is_said(inner: OSError, words: str) -> None:
    error = openai.APIConnectionError(request=REQUEST)
    error.__cause__ = httpx2.ConnectError("no")
    error.__cause__.__context__ = inner
    assert words in fault_of(error, 0.0).message


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("HTTP_PROXY", "odd://somebody:secret@localhost", "HTTP_PROXY"),
        ("ALL_PROXY", "socks5://localhost:1080", "SOCKS"),
        ("SSL_CERT_FILE", os.path.dirname(__file__), "SSL_CERT_FILE"),
    ],
)
@pytest.mark.parametrize("make", [ProviderClient, EmbeddingsClient])
def test_an_environment_that_no_client_can_use_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, make: type[ProviderClient | EmbeddingsClient], name: str, value: str, words: str
) -> None:
    for other in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(name, value)
    with pytest.raises(UpstreamError, match=words) as told:
        make("https://localhost:1/v1", "a-key")
    assert "secret" not in str(told.value)


async def test_doctor_is_told_of_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "odd://localhost")
    assert "HTTP_PROXY" in str((await probe("http://localhost:1/v1", None)).problem)
