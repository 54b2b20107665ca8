"""What the upstream saw of one request and would bill for it; holds no key, only the fingerprint of one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.loopback.frames import CHAT, MESSAGES, RESPONSES

SECRET_HEADERS = frozenset({"authorization", "api-key", "x-api-key", "x-goog-api-key", "cookie"})


def fingerprint(key: str) -> str:
    """What stands in a record instead of a key, so that a test can tell two keys apart."""
    return "sha256:" + hashlib.sha256(key.encode()).hexdigest()[:12]


def without_keys(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        name: fingerprint(value.removeprefix("Bearer ")) if name in SECRET_HEADERS else value
        for name, value in headers.items()
    }


@dataclass(slots=True)
class Billed:
    """Tokens. The prompt counts as soon as the request is accepted, the completion as it is produced."""

    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(slots=True)
class Seen:
    """One request; filled in while it is answered. Times are seconds of the upstream's clock."""

    number: int
    """From 0, in the order of arrival."""
    at: float
    method: str
    path: str
    headers: dict[str, str]
    """Names in lower case; keys replaced by their fingerprint."""
    raw: bytes = field(repr=False, compare=False)
    """The body as it came."""
    body: dict[str, Any]
    """{} when there was none, or it was no JSON object."""
    status: int | None = None
    """None until headers were sent."""
    pieces_sent: int = 0
    """Pieces of text that went out; of an answer that is not streamed, that were produced."""
    text_sent: str = ""
    hanging: bool = False
    finished_at: float | None = None
    """When the upstream was done with it, well or on purpose badly."""
    disconnected_at: float | None = None
    """When the client left before that."""
    billed: Billed = field(default_factory=Billed)

    @property
    def model(self) -> str:
        return str(self.body.get("model", ""))

    @property
    def asked(self) -> str:
        """The end of the path, which says what API was asked."""
        return next((path for path in (CHAT, RESPONSES, MESSAGES) if self.path.endswith(path)), CHAT)

    @property
    def over(self) -> bool:
        return self.finished_at is not None or self.disconnected_at is not None

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "raw"}
