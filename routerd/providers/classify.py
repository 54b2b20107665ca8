"""Which failure a fault is: how it showed itself, then the provider's own words, then the status."""

from __future__ import annotations

import re
from collections.abc import Mapping

from routerd.providers.failure import Failure, FaultKind, ProviderFault
from routerd.providers.meaning import meant

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
    FaultKind.NO_API: Failure.MISDIRECTED,
}

_BY_STATUS: Mapping[int, Failure] = {
    401: Failure.CREDENTIAL,
    402: Failure.BALANCE,
    403: Failure.FORBIDDEN,
    404: Failure.NO_SUCH_MODEL,
    408: Failure.SERVER,
    409: Failure.SERVER,  # "conflict" is a lock on the provider's side; the openai package retries it too
    413: Failure.CONTEXT_TOO_LONG,
    429: Failure.RATE_LIMITED,
    498: Failure.OVERLOADED,  # Groq, "flex tier capacity exceeded"
    529: Failure.OVERLOADED,  # Anthropic
}

_BY_HUNDRED: Mapping[int, Failure] = {
    3: Failure.MISDIRECTED,
    4: Failure.BAD_REQUEST,
    5: Failure.SERVER,
}

_STATUS = re.compile(r"[1-5][0-9]{2}", re.ASCII)
"""A code that is an HTTP status; Zhipu's 1113 is none."""


def classify(fault: ProviderFault) -> Failure:
    """Which failure this is. What nobody knows is a server's error: a failed attempt, never an end."""
    if fault.sign in _BY_SIGN:
        return _BY_SIGN[fault.sign]
    status = fault.status or (int(fault.code) if _STATUS.fullmatch(fault.code) else 0)
    if status == 200:
        status = 0
    if status // 100 == 3:
        return Failure.MISDIRECTED
    meaning = meant(status, (fault.code, fault.type), fault.message)
    if meaning is not None:
        return meaning
    if status == 404 and fault.message and fault.code in ("", "404"):
        return Failure.MISDIRECTED  # a body that names no model: the address is wrong
    if status == 403 and not fault.message:
        return Failure.CREDENTIAL  # nothing else is known of it
    return _BY_STATUS.get(status) or _BY_HUNDRED.get(status // 100, Failure.SERVER)
