"""Each way in which a provider says no: its class, its own words to the user, no charge, and the next one is asked."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from routerd.domain.errors import RouterdError
from routerd.domain.reply import Reply
from routerd.providers.classify import classify
from routerd.providers.failure import Failure, FaultKind, ProviderFault
from routerd.providers.retry_after import told_wait
from tests.loopback import Turn
from tests.providers.scene import run
from tests.providers.wire_cases import EVENTS, alone, before_a_good_one, raw

LOW = "Your credit balance is too low to access the Anthropic API"
BUDGET = "Budget has been exceeded! Current cost: 26.075, Max budget: 0.25"
TPM = "Request too large for model `m` on tokens per minute (TPM): Limit 12000, Requested 14137, please reduce it"
PLAN = "litellm.RateLimitError: You exceeded your current quota, please check your plan and billing details."
POLICY = "The response was filtered due to the prompt triggering Azure OpenAI's content management policy."


def error(message: str, **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, **more}}


NO: dict[str, tuple[Turn, str, str]] = {
    "anthropic: balance": (raw(400, {"type": "error"} | error(LOW, type="invalid_request_error")), "credential", LOW),
    "litellm: budget": (raw(400, error(BUDGET, type="budget_exceeded", code="400")), "credential", BUDGET),
    "groq: tokens per minute": (
        raw(413, error(TPM, type="tokens", code="rate_limit_exceeded")),
        "bad_request",
        "14137",
    ),
    "the same as 429": (raw(429, error(TPM, type="tokens", code="rate_limit_exceeded")), "bad_request", "Limit 12000"),
    "zhipu: 1113": (raw(429, error("Insufficient balance. Please recharge.", code="1113")), "credential", "recharge"),
    "litellm: quota": (raw(429, error(PLAN, type="insufficient_quota", code="429")), "credential", "check your plan"),
    "azure: filter": (raw(400, error(POLICY, code="content_filter", param="prompt")), "bad_request", "policy"),
    "minimax: 500": (raw(500, error("insufficient balance (1008)", type="api_error")), "credential", "(1008)"),
    "minimax: 200": (
        raw(200, {"choices": None, "base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}),
        "credential",
        "insufficient balance",
    ),
    "fastapi: words": (raw(400, {"detail": "Model m0 is not loaded"}), "bad_request", "Model m0 is not loaded"),
    "fastapi: list": (
        raw(422, {"detail": [{"type": "missing", "loc": ["body", "user"], "msg": "Field required"}]}),
        "bad_request",
        "user: Field required",
    ),
    "xai": (raw(400, {"code": "bad", "error": "the words of xAI"}), "bad_request", "the words of xAI"),
    "unknown words": (raw(418, error("frobnication is not possible today")), "bad_request", "frobnication"),
    "model denied": (raw(403, error("You have no access to model m", code="x")), "bad_request", "no access to model"),
    "region": (raw(403, error("Country, region, or territory not supported")), "credential", "region"),
    "google: key": (
        raw(400, error("API key not valid. Please pass a valid API key.")),
        "credential",
        "refused the key",
    ),
    "error event": (
        raw(200, 'event: error\ndata: {"message": "no balance left", "code": 402}\n\n', EVENTS),
        "credential",
        "no balance left",
    ),
    "error line": (
        raw(200, 'error: {"code": 400, "message": "the request exceeds the available context size"}\n\n', EVENTS),
        "bad_request",
        "available context size",
    ),
    "error in the first event": (
        raw(200, 'data: {"error": {"message": "Payment required", "code": 402}}\n\n', EVENTS),
        "credential",
        "Payment required",
    ),
    "page": (raw(200, "<!doctype html><title>x</title>", "text/html"), "bad_request", "a web page: correct base_url"),
    "page as json": (raw(200, "<html>", "application/json"), "bad_request", "a web page: correct base_url"),
    "nothing": (raw(200, ""), "bad_request", "answered nothing: correct base_url"),
    "204": (raw(204, ""), "bad_request", "answered nothing: correct base_url"),
    "404 of no model": (raw(404, error("Not Found")), "bad_request", "correct base_url"),
}


@pytest.mark.parametrize("name", NO)
def test_a_refusal_is_one_call_with_its_class_and_its_words_and_costs_nothing(name: str) -> None:
    turn, status, words = NO[name]

    async def main() -> None:
        fault, attempts, calls = await alone(turn)
        assert isinstance(fault, RouterdError)
        assert words in str(fault)
        assert (calls, [one.status.value for one in attempts]) == (1, [status])
        assert [(one.cost, one.usage_estimated) for one in attempts] == [(Decimal(0), False)]

    run(main())


@pytest.mark.parametrize("name", NO)
def test_after_a_refusal_the_next_deployment_is_asked(name: str) -> None:
    async def main() -> None:
        reply, attempts = await before_a_good_one(NO[name][0])
        assert isinstance(reply, Reply), reply
        assert [one.status.value for one in attempts] == [NO[name][1]]

    run(main())


MEANT = [
    (429, "", "Rate limit reached for m on requests per day (RPD): Limit 200, Used 200.", Failure.QUOTA),
    (429, "", "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock more", Failure.BALANCE),
    (403, "", "You've reached your usage limit for this billing cycle. Your quota will be refreshed", Failure.QUOTA),
    (429, "", "You exceeded your current quota, please check your plan. Please retry in 32.5s.", Failure.RATE_LIMITED),
    (429, "", "The engine is currently overloaded, please try again later", Failure.OVERLOADED),
    (503, "", "The model is overloaded. Please try again later.", Failure.OVERLOADED),
    (500, "overloaded_error", "Overloaded", Failure.OVERLOADED),
    (503, "", "Service tier capacity exceeded for this model", Failure.OVERLOADED),
    (402, "", "Insufficient Balance", Failure.BALANCE),
    (402, "", "This request requires more credits, or fewer max_tokens.", Failure.BALANCE),
    (403, "", "Your account balance is insufficient", Failure.BALANCE),
    (403, "", "Key limit exceeded (total limit). Manage it", Failure.FORBIDDEN),
    (401, "", "Incorrect API key provided: sk-***", Failure.CREDENTIAL),
    (401, "", "anything", Failure.CREDENTIAL),
    (403, "", "Project `p` does not have access to model `gpt-x`", Failure.MODEL_DENIED),
    (400, "", "Your organization must be verified to use the model `o3`.", Failure.MODEL_DENIED),
    (404, "", "The model `x` does not exist or you do not have access to it.", Failure.NO_SUCH_MODEL),
    (400, "", "Model not found: x", Failure.NO_SUCH_MODEL),
    (400, "", "The model `x` has been decommissioned and is no longer supported.", Failure.NO_SUCH_MODEL),
    (400, "", "Your input was flagged by our moderation system", Failure.TEXT_DENIED),
    (400, "data_inspection_failed", "Input data may contain it", Failure.TEXT_DENIED),
    (404, "", "page not found", Failure.MISDIRECTED),
    (400, "", "a sentence that nobody foresaw", Failure.BAD_REQUEST),
    (599, "", "a sentence that nobody foresaw", Failure.SERVER),
]


@pytest.mark.parametrize(("status", "code", "message", "failure"), MEANT)
def test_words_mean_the_same_whatever_status_they_come_with(
    status: int, code: str, message: str, failure: Failure
) -> None:
    assert classify(ProviderFault(FaultKind.STATUS, status, code, message=message)) is failure
    assert classify(ProviderFault(FaultKind.ERROR, code=code or str(status), message=message)) is failure


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("Please try again in 7m12.5s.", 432.5),
        ("Please retry in 32.5s", 32.5),
        ("Please retry after 8 seconds.", 8.0),
        ("try again in 120ms", 0.12),
        ('{"retryDelay": "17s"}', 17.0),
        ("try again later", None),
    ],
)
def test_the_wait_that_only_the_words_tell_is_read(words: str, seconds: float | None) -> None:
    assert told_wait(words) == seconds
