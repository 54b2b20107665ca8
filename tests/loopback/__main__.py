"""`python -m tests.loopback`: prints the base URL of an upstream and runs until told to stop."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import signal
import sys
import threading

from tests.loopback.server import Upstream
from tests.loopback.turns import Reply, Turn, turn_from_json


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.loopback", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--reply", default="Hello from the test upstream.", help="what it answers")
    parser.add_argument("--reply-from", metavar="MODULE:FUNCTION", help="what it answers, from the request body")
    parser.add_argument("--turns", default="[]", metavar="JSON", help='such as \'[{"fault": "reset"}]\'')
    parser.add_argument("--model", action="append", default=[], help="a name for GET /v1/models; may be repeated")
    parser.add_argument("--chunk-chars", type=int, default=16)
    parser.add_argument("--delay-s", type=float, default=0.0, help="before each chunk")
    parser.add_argument("--until-stdin-closes", action="store_true", help="so that it cannot outlive its parent")
    asked = parser.parse_args()
    reply: Reply = asked.reply
    if asked.reply_from:
        module, _, name = asked.reply_from.partition(":")
        reply = getattr(importlib.import_module(module), name)
    upstream = Upstream(
        [turn_from_json(order) for order in json.loads(asked.turns)],
        reply=reply,
        otherwise=Turn(chunk_chars=asked.chunk_chars, delay_s=asked.delay_s),
        models=asked.model or ("test-model",),
        port=asked.port,
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the same clean end as Ctrl+C
    try:
        asyncio.run(_serve(upstream, asked.until_stdin_closes))
    except KeyboardInterrupt:
        return 130
    return 0


async def _serve(upstream: Upstream, until_stdin_closes: bool) -> None:
    async with upstream:
        print(upstream.base_url, flush=True)
        ended = asyncio.Event()
        if until_stdin_closes:
            # A daemon thread: asyncio's own would keep a stopped program alive until stdin closes.
            waits = (asyncio.get_running_loop(), ended)
            threading.Thread(target=_set_when_stdin_closes, args=waits, daemon=True).start()
        await ended.wait()


def _set_when_stdin_closes(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    sys.stdin.buffer.read()
    loop.call_soon_threadsafe(ended.set)


if __name__ == "__main__":
    raise SystemExit(main())
