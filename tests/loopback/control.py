"""Orders to a running upstream over HTTP, for tests that are not Python; the paths begin with `/_`.

GET /_seen → what was seen, as JSON · POST /_turns with a list of orders (see `turn_from_json`) → more turns ·
POST /_release → hanging answers go on · POST /_refuse {"for_s": 1.5} → a closed port for so long ·
POST /_reset → forgets what was seen and the turns to come.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.loopback import wire
from tests.loopback.turns import turn_from_json

if TYPE_CHECKING:
    from tests.loopback.server import Upstream


async def obey(upstream: Upstream, method: str, path: str, body: bytes) -> bytes:
    """Carries out one order and returns the whole HTTP answer; 400 says what is wrong with the order."""
    try:
        match method, path:
            case "GET", "/_seen":
                return answer(200, [seen.as_json() for seen in upstream.seen])
            case "POST", "/_turns":
                upstream.then(*map(turn_from_json, json.loads(body)))
            case "POST", "/_release":
                upstream.release()
            case "POST", "/_refuse":
                await upstream.refuse_for(json.loads(body)["for_s"])
            case "POST", "/_reset":
                upstream.turns.clear()
                upstream.seen.clear()
            case _:
                return answer(404, {"error": f"no order {method} {path}"})
    except (ValueError, KeyError, TypeError) as wrong:
        return answer(400, {"error": f"{type(wrong).__name__}: {wrong}"})
    return answer(200, {})


def answer(status: int, body: object) -> bytes:
    """A whole HTTP answer with a JSON body."""
    data = json.dumps(body).encode()
    return wire.head(status, {"content-type": "application/json", "content-length": str(len(data))}) + data
