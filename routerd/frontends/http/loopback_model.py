"""A model for the demo of the gateway: a server on loopback that answers chat completions with what it was asked."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator

from aiohttp import web

NAME = "echo"


@contextlib.asynccontextmanager
async def loopback_model() -> AsyncIterator[str]:
    """Serve while the block runs; the base URL for a provider."""
    application = web.Application()
    application.router.add_post("/v1/chat/completions", _answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()


async def _answer(request: web.Request) -> web.Response:
    asked = await request.json()
    words = str(asked["messages"][-1]["content"])
    text = f"You asked: {words}"
    usage = {"prompt_tokens": len(words) // 4 + 1, "completion_tokens": len(text) // 4 + 1}
    body = {
        "id": "chatcmpl-demo",
        "object": "chat.completion",
        "created": 0,
        "model": asked["model"],
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": usage | {"total_tokens": sum(usage.values())},
    }
    return web.Response(body=json.dumps(body).encode(), content_type="application/json")
