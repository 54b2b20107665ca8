"""What a provider's words mean, whatever status they come with: rules in their order, the first that fits counts.

Pure. A word that no rule knows says nothing: then the status decides, and failover goes on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from routerd.providers.failure import Failure
from routerd.providers.too_long import too_long

# Codes and types say more than the status that they come with: OpenAI sends an empty account as 429, and gateways
# of the one-api family send an unknown model as 503. Each is one provider's constant, compared in lower case.
_BY_CODE: Mapping[str, Failure] = {
    "context_length_exceeded": Failure.CONTEXT_TOO_LONG,  # OpenAI, Groq
    "exceed_context_size_error": Failure.CONTEXT_TOO_LONG,  # llama.cpp
    "request_too_large": Failure.CONTEXT_TOO_LONG,  # Anthropic
    "string_above_max_length": Failure.CONTEXT_TOO_LONG,  # OpenAI
    "insufficient_quota": Failure.BALANCE,  # OpenAI
    "billing_hard_limit_reached": Failure.BALANCE,  # OpenAI
    "billing_not_active": Failure.BALANCE,  # OpenAI
    "billing_error": Failure.BALANCE,  # Anthropic
    "budget_exceeded": Failure.BALANCE,  # LiteLLM
    "insufficient_user_quota": Failure.BALANCE,  # one-api
    "insufficient_balance": Failure.BALANCE,  # DeepSeek's and SiliconFlow's gateways
    "arrearage": Failure.BALANCE,  # Alibaba
    "invalid_api_key": Failure.CREDENTIAL,  # OpenAI
    "authentication_error": Failure.CREDENTIAL,  # Anthropic
    "api_key_invalid": Failure.CREDENTIAL,  # Google
    "model_not_found": Failure.NO_SUCH_MODEL,  # OpenAI
    "deploymentnotfound": Failure.NO_SUCH_MODEL,  # Azure
    "content_filter": Failure.TEXT_DENIED,  # Azure
    "content_policy_violation": Failure.TEXT_DENIED,  # OpenAI
    "data_inspection_failed": Failure.TEXT_DENIED,  # Alibaba
    "overloaded_error": Failure.OVERLOADED,  # Anthropic
    "engine_overloaded_error": Failure.OVERLOADED,  # Moonshot
    "server_overloaded": Failure.OVERLOADED,  # OpenAI
}

_MONEY = re.compile(
    r"credit balance|(?:insufficient|not enough|no|low|negative|out of|ran out of|exhausted|zero|lack of|add|purchase)"
    r"\W+(?:\w+\W+){0,3}(?:balance|credits?|funds|budget|money)\b"
    r"|(?:balance|credits?|funds)\b.{0,40}\b(?:insufficient|too low|exhausted|depleted|not enough|run out|used up"
    r"|negative|required|zero)"
    r"|budget (?:has been |was |is )?exceeded|exceeded (?:\w+ ){0,3}(?:budget|spend\w*)"
    r"|(?:spend\w*|spending|billing|hard) limit\b.{0,40}\b(?:reached|exceeded|hit)|payment required|past due|overdue"
    r"|arrears|arrearage|unpaid|recharge|top[- ]?up|please pay|insufficient(?:_| )quota|resource package"
    r"|余额不足|欠费|充值",
    re.I,
)
_PLAN_WORDS = re.compile(
    r"per[- ](?:day|week|month)|per ?(?:day|month)|\b[tr]pd\b|daily|monthly|weekly|billing (?:cycle|period)"
    r"|usage limit|quota (?:has been |is |was )?(?:exceeded|exhausted|reached|used up)|plan (?:limit|quota)"
    r"|(?:exceeded|reached|exhausted|hit) (?:your|the) (?:\w+ ){0,3}(?:quota|plan|allowance)|free[- ]tier limit"
    r"|free-models-per-day|trial (?:has )?(?:ended|expired)|subscription (?:has )?(?:ended|expired)",
    re.I,
)
_SOON = re.compile(r"per[- ]?(?:minute|min\b|second|sec\b|hour)|\b[tr]p[ms]\b|(?:retry|again) (?:in|after) \d", re.I)
_BILLING = re.compile(r"check your plan and billing", re.I)
_KEY = re.compile(
    r"(?:invalid|incorrect|wrong|expired|revoked|missing|malformed|unknown|disabled|bad|no|not valid|provide an?)"
    r"\W+(?:\w+\W+){0,3}(?:api[-_ ]?keys?|(?:access|auth\w*|bearer|api)[-_ ]tokens?|credentials?|authentication)"
    r"|(?:api[-_ ]?keys?|(?:access|auth\w*|bearer|api)[-_ ]tokens?|credentials?)\b.{0,60}\b"
    r"(?:invalid|incorrect|not valid|expired|revoked|missing|disabled|not found|required|malformed|rejected|deleted)"
    r"|authentication (?:fail\w*|error|required)|unauthori[sz]ed\b|not authenticated",
    re.I,
)
_NO_MODEL = re.compile(
    r"not a valid model|(?:no such|unknown|invalid|unsupported) model|model\b.{0,80}\b(?:not found|not exist|unknown"
    r"|is not loaded|decommissioned|deprecated|retired|no longer (?:available|supported)"
    r"|not supported|not recogni[sz]ed)"
    r"|no (?:endpoints|available channel|provider|deployment)s?\b.{0,40}\b(?:found )?(?:for|model)",
    re.I,
)
_MODEL_DENIED = re.compile(
    r"(?:not (?:have )?(?:access|allowed|authorized|authorised|permitted|entitled|enabled|available)|no access"
    r"|access denied|permission|gated|must be verified|denied|forbidden|upgrade)\b.{0,80}\bmodels?\b"
    r"|\bmodels?\b.{0,80}\b(?:not (?:allowed|authorized|permitted|enabled|available|accessible)|no access|denied"
    r"|gated|forbidden|requires? (?:a|an) (?:\w+ )?(?:plan|subscription|tier))",
    re.I,
)
_TEXT_DENIED = re.compile(
    r"content[-_ ](?:management |safety |usage )?polic|content[-_ ]?filter|moderation|\bflagged\b"
    r"|safety (?:system|filter|setting|polic)|inappropriate|prohibited content"
    r"|sensitive (?:content|word|information)|high[- ]risk|harmful"
    r"|violat\w+\b.{0,40}\b(?:polic|terms|guideline)|usage polic|jailbreak|unsafe content|敏感|违规",
    re.I,
)
_BUSY = re.compile(
    r"overload|over capacity|at capacity|no capacity|capacity (?:exceeded|constraint)|too busy"
    r"|(?:is|server|currently) busy|heavy load|high (?:demand|load|traffic)|loading model"
    r"|model is (?:currently )?loading|warming up|cold start"
    r"|no healthy upstream|temporarily unavailable|服务.{0,4}繁忙",
    re.I,
)
_RATE = re.compile(
    r"rate[-_ ]?limit|too many (?:\w+ )?requests|throttl|\b[tr]p[ms]\b|per[- ]minute|concurren\w+ (?:limit|request)",
    re.I,
)
_ANY_SIZE = frozenset({0, 400, 413, 422, 424, 429, 500})
"""Statuses with which a request is called too large; Groq sends 413 and 429, Bedrock 424, older llama.cpp 500."""


def meant(status: int, names: tuple[str, ...], message: str) -> Failure | None:
    """Which failure the provider's own words tell, or ``None``. ``names``: its code and its type."""
    if status in _ANY_SIZE and too_long(message):
        return Failure.CONTEXT_TOO_LONG
    by_name = next((failure for name in names if (failure := _BY_CODE.get(name.lower()))), None)
    if by_name is not None:
        return by_name
    if status == 404:  # what is not there is no matter of money or of load
        return Failure.NO_SUCH_MODEL if re.search("model|deployment", message, re.I) else None
    if _MONEY.search(message) or (_BILLING.search(message) and not _SOON.search(message)):
        return Failure.BALANCE
    if _PLAN_WORDS.search(message) and not (_SOON.search(message) and not re.search("per ?day", message, re.I)):
        return Failure.QUOTA
    for failure, words in _RULES:
        if words.search(message) and status in _STATUSES.get(failure, _EVERY):
            return failure
    if any("rate_limit" in name.lower() for name in names):
        return Failure.RATE_LIMITED
    return None


_RULES = (
    (Failure.TEXT_DENIED, _TEXT_DENIED),
    (Failure.CREDENTIAL, _KEY),
    (Failure.NO_SUCH_MODEL, _NO_MODEL),
    (Failure.MODEL_DENIED, _MODEL_DENIED),
    (Failure.OVERLOADED, _BUSY),
    (Failure.RATE_LIMITED, _RATE),
)
_EVERY = range(600)
_STATUSES: Mapping[Failure, frozenset[int]] = {
    # Where the request itself is at fault; a server's own trouble may mention any of these words.
    Failure.TEXT_DENIED: frozenset({0, 400, 403, 422, 451}),
    Failure.CREDENTIAL: frozenset({0, 400, 401, 403}),
    Failure.NO_SUCH_MODEL: frozenset({0, 400, 403, 422, 503}),
    Failure.MODEL_DENIED: frozenset({0, 400, 402, 403, 422}),
    Failure.OVERLOADED: frozenset({0, 429, 498, 500, 502, 503, 504, 529}),
    Failure.RATE_LIMITED: frozenset({0, 403, 429, 500, 503}),
}
