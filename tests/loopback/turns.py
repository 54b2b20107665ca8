"""What the upstream does with one request, as a frozen value, and a name for each fault; does no I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Literal

from tests.loopback import usages

Body = Mapping[str, Any]
"""A parsed request body."""
Reply = str | Callable[[Body], str]
"""The text of an answer, or how to find it from the request."""
Position = int | Literal["headers", "finish", "done"]
"""When a fault strikes: before the headers, after N pieces of text, before the finish reason or [DONE]."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong in an answer that began well.

    hang: silence until `Upstream.release()` (it then goes on) or the client leaves · reset: TCP RST ·
    drop: TCP FIN inside the HTTP body · cut: a well-formed HTTP end, too early · malformed: half a JSON
    object, then the rest of the answer · error: an error object in place of the rest, as gateways send it.
    """

    kind: Literal["hang", "reset", "drop", "cut", "malformed", "error"]
    at: Position = "headers"


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call of a tool that the client offered."""

    name: str
    arguments: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """How one chat request is answered. The default is a right and instant answer."""

    reply: Reply | None = None
    """None: the upstream's own `reply`."""
    reasoning: str = ""
    """Streamed before the text as `delta.reasoning_content`."""
    calls: Sequence[ToolCall] = ()
    """Tools to call after the text; the answer then ends as one that waits for their results."""
    finish: str | None = "stop"
    usage: usages.Usage = usages.right
    usage_in: Literal["own chunk", "last chunk", "every chunk"] = "own chunk"
    """Where a stream carries usage; in its own chunk only when `stream_options.include_usage` asks for it."""
    chunk_chars: int = 16
    delay_s: float = 0.0
    """Before each piece of text; an answer that is not streamed takes as long in total."""
    comments: bool = False
    """An SSE comment before each chunk, as OpenRouter sends while it waits."""
    heartbeat_s: float | None = None
    """While hanging mid-stream, an SSE comment this often: bytes, but no tokens."""
    gzip: bool = False
    fault: Fault | None = None
    status: int = 200
    error: Body | None = None
    """The `error` object of the body, which then holds nothing else."""
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: Sequence[bytes] = ()
    """In place of everything else: the bytes of the answer from its status line on, as a dying proxy sends them."""


def reset(at: Position = "headers") -> Turn:
    return Turn(fault=Fault("reset", at))


def hang() -> Turn:
    """No headers, until released."""
    return Turn(fault=Fault("hang"))


def hang_mid_stream(after: int = 2, heartbeat_s: float | None = None) -> Turn:
    """Silence, or heartbeats, after so many pieces of text, until released."""
    return Turn(fault=Fault("hang", after), heartbeat_s=heartbeat_s)


RetryAfterForm = Literal["seconds", "float", "date", "ms", "both", "none"]


def rate_limited(retry_after_s: float = 1, form: RetryAfterForm = "seconds", **headers: str) -> Turn:
    """429 with one form of Retry-After. A date has whole seconds, counted from now and rounded up.

    Further headers as keywords with underscores: `x_ratelimit_remaining_requests="0"`.
    """
    extra = {name.replace("_", "-"): value for name, value in headers.items()}
    error = _error("Rate limit reached for requests.", "requests", "rate_limit_exceeded")
    return Turn(status=429, error=error, headers={**_retry_after(retry_after_s, form), **extra})


def _retry_after(seconds: float, form: RetryAfterForm) -> dict[str, str]:
    if form == "seconds":
        return {"retry-after": str(round(seconds))}
    if form == "float":
        return {"retry-after": f"{seconds:.3f}"}
    if form == "date":
        then = datetime.now(UTC) + timedelta(seconds=seconds + 0.999)
        return {"retry-after": format_datetime(then, usegmt=True)}
    if form == "ms":
        return {"retry-after-ms": str(round(seconds * 1000))}
    if form == "both":  # as OpenAI sends it: the finer one beside the rounded one
        return {"retry-after-ms": str(round(seconds * 1000)), "retry-after": str(max(1, round(seconds)))}
    return {}


def server_error(status: int = 503) -> Turn:
    return Turn(status=status, error=_error("The server had an error.", "server_error", None))


def credential(status: Literal[401, 402, 403] = 401) -> Turn:
    message, code = {
        401: ("Incorrect API key provided.", "invalid_api_key"),
        402: ("Insufficient balance.", "insufficient_quota"),
        403: ("Your region or project is not allowed.", "permission_denied"),
    }[status]
    return Turn(status=status, error=_error(message, "invalid_request_error", code))


def no_such_model(model: str = "that") -> Turn:
    message = f"The model `{model}` does not exist or you do not have access to it."
    return Turn(status=404, error=_error(message, "invalid_request_error", "model_not_found"))


def unacceptable(status: Literal[400, 413, 422] = 422) -> Turn:
    return Turn(status=status, error=_error("The request is not acceptable.", "invalid_request_error", None))


def unsupported(field_name: str) -> Turn:
    """400 for one field of the body, as OpenAI's reasoning models answer `max_tokens`."""
    message = f"Unsupported parameter: '{field_name}' is not supported with this model."
    error = _error(message, "invalid_request_error", "unsupported_parameter")
    return Turn(status=400, error={**error, "param": field_name})


def context_too_long(limit: int = 8192, asked: int = 9000) -> Turn:
    message = (
        f"This model's maximum context length is {limit} tokens. "
        f"However, your messages resulted in {asked} tokens. Please reduce the length of the messages."
    )
    return Turn(status=400, error=_error(message, "invalid_request_error", "context_length_exceeded"))


def malformed_chunk(after: int = 1) -> Turn:
    return Turn(fault=Fault("malformed", after))


def cut_before_finish(after: int | None = None) -> Turn:
    """Ends well-formed without a finish reason, after all of the text or after so many pieces."""
    return Turn(fault=Fault("cut", "finish" if after is None else after))


def cut_before_done() -> Turn:
    """All but `data: [DONE]`. An answer that is not streamed has no such line, and is whole."""
    return Turn(fault=Fault("cut", "done"))


def cut_by_length() -> Turn:
    return Turn(finish="length")


def slow_drip(delay_s: float = 0.05, chunk_chars: int = 1) -> Turn:
    return Turn(delay_s=delay_s, chunk_chars=chunk_chars)


def error_in_200() -> Turn:
    """Status 200, content type JSON, and an error object for a body, even where a stream was asked for."""
    return Turn(error=_error("Upstream provider failed.", "provider_error", "502"))


def error_in_stream(after: int = 1) -> Turn:
    return Turn(fault=Fault("error", after))


def redirect(to: str = "/moved/v1/chat/completions", status: Literal[301, 302, 307, 308] = 307) -> Turn:
    """To another path of this server (which takes the next turn), or to any URL."""
    return Turn(status=status, headers={"location": to})


def gzipped() -> Turn:
    return Turn(gzip=True)


def _error(message: str, kind: str, code: str | None) -> dict[str, str | None]:
    """The shape of OpenAI's error object."""
    return {"message": message, "type": kind, "param": None, "code": code}


FAULTS: Mapping[str, Callable[..., Turn]] = {
    make.__name__: make
    for make in (
        reset,
        hang,
        hang_mid_stream,
        rate_limited,
        server_error,
        credential,
        no_such_model,
        unacceptable,
        unsupported,
        context_too_long,
        malformed_chunk,
        cut_before_finish,
        cut_before_done,
        cut_by_length,
        slow_drip,
        error_in_200,
        error_in_stream,
        redirect,
        gzipped,
    )
}
"""Every fault by name. A refused connection is not a turn, as nothing is seen of it: `Upstream.refuse()`."""


def turn_from_json(order: Body) -> Turn:
    """`{"fault": NAME, …its arguments, "reply"?: TEXT}` or the plain fields of a Turn. Raises KeyError, TypeError."""
    fields = dict(order)
    if "fault" in fields:
        reply = fields.pop("reply", None)
        return replace(FAULTS[fields.pop("fault")](**fields), reply=reply)
    if "usage" in fields:
        fields["usage"] = usages.NAMED[fields["usage"]]
    return Turn(**fields)
