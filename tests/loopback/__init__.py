"""An OpenAI-compatible server on loopback that answers, fails and counts as a test tells it; never a mock.

    async with Upstream([rate_limited(retry_after="2"), Turn(reply="hello")]) as upstream:
        client = AsyncOpenAI(base_url=upstream.base_url, api_key="any", max_retries=0)

From a test that is not async: `with InThread(Upstream(...)) as upstream`. From another language:
`python -m tests.loopback`, which prints its base URL and takes orders over HTTP (see `control.py`).
"""

from tests.loopback.limits import RateLimit
from tests.loopback.server import Upstream
from tests.loopback.thread import InThread
from tests.loopback.turns import (
    FAULTS,
    Fault,
    ToolCall,
    Turn,
    context_too_long,
    credential,
    cut_before_done,
    cut_before_finish,
    cut_by_length,
    error_in_200,
    error_in_stream,
    gzipped,
    hang,
    hang_mid_stream,
    malformed_chunk,
    no_such_model,
    rate_limited,
    redirect,
    reset,
    server_error,
    slow_drip,
    turn_from_json,
    unacceptable,
    unsupported,
)
from tests.loopback.witness import Billed, Seen, fingerprint

__all__ = [
    "FAULTS",
    "Billed",
    "Fault",
    "InThread",
    "RateLimit",
    "Seen",
    "ToolCall",
    "Turn",
    "Upstream",
    "context_too_long",
    "credential",
    "cut_before_done",
    "cut_before_finish",
    "cut_by_length",
    "error_in_200",
    "error_in_stream",
    "fingerprint",
    "gzipped",
    "hang",
    "hang_mid_stream",
    "malformed_chunk",
    "no_such_model",
    "rate_limited",
    "redirect",
    "reset",
    "server_error",
    "slow_drip",
    "turn_from_json",
    "unacceptable",
    "unsupported",
]
