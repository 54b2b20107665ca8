"""What the gateway is held against: an upstream that costs nothing, and a minimal aiohttp proxy; each is a program."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable

import aiohttp
from aiohttp import web

CHUNKS = 23
USAGE = {"prompt_tokens": 12, "completion_tokens": CHUNKS, "total_tokens": 12 + CHUNKS}


def _chunk(text: str | None, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {} if text is None else {"content": text}, "finish_reason": finish}
    body = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [choice]}
    return b"data: " + json.dumps(body).encode() + b"\n\n"


STREAM = [_chunk(f"word {number} ") for number in range(CHUNKS)]
END = _chunk(None, "stop") + b'data: {"id":"c","object":"chat.completion.chunk","created":0,"model":"m","choices":[],'
END += b'"usage":' + json.dumps(USAGE).encode() + b"}\n\ndata: [DONE]\n\n"
MESSAGE = {"role": "assistant", "content": "word " * CHUNKS}
WHOLE = {
    "id": "c",
    "object": "chat.completion",
    "created": 0,
    "model": "m",
    "choices": [{"index": 0, "message": MESSAGE, "finish_reason": "stop"}],
    "usage": USAGE,
}


async def upstream(request: web.Request) -> web.StreamResponse:
    """Answer at once; a stream in as many pieces as it has events."""
    asked = json.loads(await request.read())
    if not asked.get("stream"):
        return web.json_response(WHOLE)
    answer = web.StreamResponse(headers={"content-type": "text/event-stream"})
    await answer.prepare(request)
    for piece in (*STREAM, END):
        await answer.write(piece)
        await asyncio.sleep(0)
    await answer.write_eof()
    return answer


def minimal_proxy(base_url: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The body as it is to one upstream, and its bytes back as they arrive: no router can do less."""
    sessions: list[aiohttp.ClientSession] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        if not sessions:
            sessions.append(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        headers = {"content-type": "application/json"}
        async with sessions[0].post(f"{base_url}/chat/completions", data=await request.read(), headers=headers) as got:
            answer = web.StreamResponse(status=got.status, headers={"content-type": got.headers["content-type"]})
            await answer.prepare(request)
            async for piece in got.content.iter_any():
                await answer.write(piece)
            await answer.write_eof()
            return answer

    return handle


async def _serve(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> None:
    application = web.Application()
    application.router.add_post("/{path:.*}", handler)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=512).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(upstream if sys.argv[1] == "upstream" else minimal_proxy(sys.argv[2])))
