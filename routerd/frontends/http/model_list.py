"""The lists of models, in OpenAI's shape or in Anthropic's."""

from __future__ import annotations

import json
from collections.abc import Sequence

from aiohttp import web

_CREATED = 1_767_225_600
"""The same for all: 2026-01-01. A name of ours stands for whatever model is configured."""
_CREATED_AT = "2026-01-01T00:00:00Z"


def models(request: web.BaseRequest, names: Sequence[str]) -> bytes:
    """All names."""
    if "anthropic-version" in request.headers:
        listed = [_anthropic(name) for name in names]
        ends = {"first_id": names[0], "last_id": names[-1]} if names else {"first_id": None, "last_id": None}
        return json.dumps({"data": listed, "has_more": False, **ends}).encode()
    return json.dumps({"object": "list", "data": [_openai(name) for name in names]}).encode()


def model(request: web.BaseRequest, name: str) -> bytes:
    """One name."""
    return json.dumps(_anthropic(name) if "anthropic-version" in request.headers else _openai(name)).encode()


def _openai(name: str) -> dict[str, object]:
    return {"id": name, "object": "model", "created": _CREATED, "owned_by": "routerd"}


def _anthropic(name: str) -> dict[str, object]:
    return {"type": "model", "id": name, "display_name": name, "created_at": _CREATED_AT}
