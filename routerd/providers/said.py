"""Reads what a provider says went wrong, in each shape in which providers say it; pure, and it judges nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from routerd.domain.hidden import shown
from routerd.domain.unicode import well_formed
from routerd.providers.failure import FaultKind, ProviderFault

_LONGEST = 4_000
"""Characters of a message that is looked at: the patterns of ``meaning`` look through each of them."""
_MESSAGES = ("message", "msg", "detail", "details", "error", "error_message", "errorMessage", "reason", "title")
"""OpenAI and most; Zhipu's and MiniMax's gateways; FastAPI; RFC 9457; xAI; Azure's gateways; AWS; others."""
_CODES = ("code", "status_code", "error_code", "errorCode")
_TYPES = ("type", "status", "__type")
"""OpenAI and Anthropic; Google, where it is a word ("RESOURCE_EXHAUSTED"); AWS."""


def fault_of_error(error: object, sign: FaultKind = FaultKind.ERROR, status: int = 0) -> ProviderFault:
    """A fault from an ``error`` member, or from a whole body that is one, in any of the shapes that providers send."""
    if isinstance(error, list) and error:  # Google wraps its errors in a list
        error = error[0].get("error", error[0]) if isinstance(error[0], dict) else error[0]
    if not isinstance(error, Mapping):
        return ProviderFault(sign, status, message=_said(error))
    code, kind, param = (_first(error, names) for names in (_CODES, _TYPES, ("param",)))
    message = next((words for name in _MESSAGES if (words := _words(error.get(name)))), "")
    if not message and not (code or kind or param) and error:
        message = _said(error)
    return ProviderFault(sign, status, code, kind, param or _refused_field(error), message)


def told_fault(body: Mapping[str, Any], sign: FaultKind = FaultKind.ERROR, status: int = 0) -> ProviderFault | None:
    """The error that a body tells instead of an answer, or ``None``.

    An empty ``error`` beside an answer is none: some gateways send the member always.
    """
    error = body.get("error")
    if not _empty(error):
        fault = fault_of_error(error, sign, status)
        if not isinstance(error, Mapping):  # xAI: {"code": "…", "error": "words"}
            code, kind = _first(body, _CODES), _first(body, _TYPES)
            return ProviderFault(sign, status, code, kind, fault.param, fault.message)
        return fault
    if not _empty(body.get("errors")):  # Cloudflare, and JSON:API
        return fault_of_error(body["errors"], sign, status)
    base = body.get("base_resp")  # MiniMax
    if isinstance(base, Mapping) and base.get("status_code"):
        return ProviderFault(sign, status, _said(base["status_code"]), message=_said(base.get("status_msg")))
    if body.get("choices") or body.get("usage"):
        return None
    named = not _empty(body.get("detail")) or not _empty(body.get("message")) or not _empty(body.get("msg"))
    if status or (named and ("choices" not in body)):
        return fault_of_error(body, sign, status)
    return None


def _empty(value: object) -> bool:
    """Nothing, or an object in which nothing stands."""
    if isinstance(value, Mapping):
        return all(not inner or inner in (200, "200") for inner in value.values())
    return not value


def _first(error: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((_said(error[name]) for name in names if error.get(name)), "")


def _words(value: object) -> str:
    """The sentence in a member, also where it is an object or FastAPI's list of what is wrong with which field."""
    if isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
        return _said("; ".join(filter(None, (_of_field(one) for one in value))) or value)
    if isinstance(value, Mapping):
        inner = next((words for name in _MESSAGES if (words := _words(value.get(name)))), "")
        return inner or _said(value)
    return _said(value)


def _of_field(one: Mapping[str, Any]) -> str:
    """FastAPI: ``{"loc": ["body", "stream_options"], "msg": "Extra inputs are not permitted"}``."""
    where = one.get("loc")
    named = ".".join(str(part) for part in where if part != "body") if isinstance(where, list) else ""
    words = next((said for name in _MESSAGES if (said := _said(one.get(name)))), "")
    return f"{named}: {words}" if named and words else words


def _refused_field(error: Mapping[str, Any]) -> str:
    """The field of the body that FastAPI names first."""
    detail = error.get("detail")
    first = detail[0] if isinstance(detail, list) and detail else None
    where = first.get("loc") if isinstance(first, Mapping) else None
    names = [part for part in where if isinstance(part, str) and part != "body"] if isinstance(where, list) else []
    return _said(names[0]) if names else ""


def _said(value: object) -> str:
    """Text as it is, a number or an object as JSON; nothing for nothing."""
    if not value:
        return ""
    if not isinstance(value, str):
        try:
            value = json.dumps(value, ensure_ascii=False)
        except (ValueError, RecursionError):
            return ""
    return shown(well_formed(value[:_LONGEST]))
