"""A failure in words for a person: short, without the key, the provider's own words only where they help."""

from __future__ import annotations

from routerd.domain.settings import Limits, ProviderSettings
from routerd.providers.failure import Failure, FaultKind, ProviderFault

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
    fault: ProviderFault, failure: Failure, provider: ProviderSettings, key: str | None, limits: Limits
) -> str:
    """Why the call failed, as part of a sentence: "rate limited, asks to wait 30 s"."""
    slow = {
        FaultKind.SILENT: f"no first token in {limits.first_token_s:g} s",
        FaultKind.STALLED: f"no further token in {limits.between_tokens_s:g} s",
        FaultKind.OVERTIME: f"not done within {limits.total_s:g} s",
    }
    if fault.sign is FaultKind.UNREACHABLE and " " in fault.message:
        return f"no connection: {fault.message}"
    if said := slow.get(fault.sign) or _BY_SIGN.get(fault.sign):
        return said
    status = f" ({fault.status})" if fault.status else ""
    if failure is Failure.CREDENTIAL:
        return f"{provider.name} refused the key from {provider.key or 'nowhere: none is set'}{status}"
    if failure is Failure.RATE_LIMITED:
        wait = "" if fault.retry_after_s is None else f", asks to wait {fault.retry_after_s:.3g} s"
        return f"rate limited{status}{wait}"
    if failure is Failure.MISDIRECTED:
        to = fault.headers.get("location", "elsewhere")
        return f"{provider.base_url} redirects to {_quoted(to, key)}{status}; correct base_url"
    words = {
        Failure.NO_SUCH_MODEL: "the model is not known there",
        Failure.CONTEXT_TOO_LONG: "the prompt is too long for it",
        Failure.BAD_REQUEST: "the request was refused",
        Failure.SERVER: "server error",
    }[failure]
    message = _quoted(fault.message, key) if failure is not Failure.CONTEXT_TOO_LONG else ""
    return f"{words}{status}" + (f": “{message}”" if message else "")


def _quoted(message: str, key: str | None) -> str:
    """The provider's words on one line, shortened, without the key should they repeat it."""
    flat = " ".join((message.replace(key, "…") if key else message).split()).rstrip(".")
    return flat if len(flat) <= LONGEST else flat[: LONGEST - 1] + "…"
