"""A failure in words for a person: short, without any secret, the provider's own words only where they help."""

from __future__ import annotations

from routerd.domain.settings import Limits, ProviderSettings
from routerd.providers.failure import Failure, FaultKind, ProviderFault
from routerd.providers.keys import ProviderKey

LONGEST = 160
"""Characters of a provider's own message: one sentence."""

_BY_SIGN = {
    FaultKind.UNREACHABLE: "no connection",
    FaultKind.BROKEN: "the connection broke",
    FaultKind.CUT: "the answer was cut off",
    FaultKind.LENGTH: "the answer ran into the output limit",
    FaultKind.FILTERED: "the provider's filter stopped the answer",
    FaultKind.ENDLESS: "the answer is longer than any that was asked for",
}


def failure_message(
    fault: ProviderFault, failure: Failure, provider: ProviderSettings, key: ProviderKey, limits: Limits
) -> str:
    """Why the call failed, as part of a sentence: "rate limited, asks to wait 30 s"."""
    slow = {
        FaultKind.SILENT: f"no first token in {limits.first_token_s:g} s",
        FaultKind.STALLED: f"no further token in {limits.between_tokens_s:g} s",
        FaultKind.OVERTIME: f"not done within {limits.total_s:g} s",
    }
    if fault.sign is FaultKind.UNREACHABLE and " " in fault.message:
        return f"no connection: {fault.message}"
    if fault.sign is FaultKind.CUT and fault.message:
        return f"{_BY_SIGN[fault.sign]}: {fault.message}"
    if fault.sign is FaultKind.NO_API:
        return f"{provider.base_url} answered {fault.message}: correct base_url (does it end with /v1?)"
    if said := slow.get(fault.sign) or _BY_SIGN.get(fault.sign):
        return said
    status = f" ({fault.status})" if fault.status else ""
    message = _quoted(fault.message or fault.type or fault.code, key.secrets(provider))
    words = f": “{message}”" if message else ""
    wait = "" if fault.retry_after_s is None else f", asks to wait {fault.retry_after_s:.3g} s"
    limited = failure in (Failure.RATE_LIMITED, Failure.QUOTA, Failure.OVERLOADED)
    return _words(fault, failure, provider, key) + status + (wait if limited else "") + words


def _words(fault: ProviderFault, failure: Failure, provider: ProviderSettings, key: ProviderKey) -> str:
    """What the failure means, before the provider's own words."""
    if failure is Failure.CREDENTIAL:
        return f"{provider.name} refused the key from {provider.key or 'nowhere: none is set'}"
    if failure is Failure.BALANCE:
        return f"the account at {provider.name} has no balance or budget left"
    if failure is Failure.FORBIDDEN:
        return f"{provider.name} denied access"
    if failure is Failure.MODEL_DENIED:
        return f"{provider.name} does not let this account use the model"
    if failure is Failure.MISDIRECTED and fault.status // 100 == 3:
        to = fault.headers.get("location", "elsewhere")
        return f"{provider.base_url} redirects to {_quoted(to, key.secrets(provider))}; correct base_url"
    return _OTHERS[failure]


_OTHERS = {
    Failure.MISDIRECTED: "nothing of this kind is at its address; correct base_url",
    Failure.NO_SUCH_MODEL: "the model is not known there",
    Failure.CONTEXT_TOO_LONG: "the prompt is too long for it",
    Failure.BAD_REQUEST: "the request was refused",
    Failure.TEXT_DENIED: "its rules forbid this text",
    Failure.RATE_LIMITED: "rate limited",
    Failure.QUOTA: "its quota is used up",
    Failure.OVERLOADED: "the server is overloaded",
    Failure.SERVER: "server error",
}


def _quoted(message: str, secrets: tuple[str, ...]) -> str:
    """The provider's words on one line, shortened, without the secrets should they repeat one."""
    for secret in secrets:
        message = message.replace(secret, "…")
    flat = " ".join(message.split()).rstrip(".")
    return flat if len(flat) <= LONGEST else flat[: LONGEST - 1] + "…"
