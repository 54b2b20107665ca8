"""The models of the demos: a server on loopback that answers as it is told to, and bills by size."""

from __future__ import annotations

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self

_CHARACTERS_PER_TOKEN = 4
"""Of English and code, by OpenAI's rule of thumb; the bill of a demo need not be exacter."""
MOST_BYTES = 1_000_000


Answer = Callable[[str], str | None]
"""Given the last message; ``None`` refuses the request."""


class DemoModel:
    """``with DemoModel(answer) as model``: serves OpenAI's chat completions, streamed or not."""

    def __init__(self, answer: Answer) -> None:
        class Answering(_Handler):
            answers = staticmethod(answer)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self._thread = Thread(target=self._server.serve_forever, daemon=True)

    @property
    def base_url(self) -> str:
        """Where it listens: a free port of this machine, which no other machine reaches."""
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    answers: Answer

    def do_POST(self) -> None:  # http.server's name
        """Answer at once, with the usage at the end."""
        size = int(self.headers.get("Content-Length") or 0)
        asked = json.loads(self.rfile.read(size)) if 0 < size <= MOST_BYTES else None
        said = self.answers(str(asked["messages"][-1]["content"])) if asked else None
        if asked is None or said is None:
            self.send_error(400)
            return
        sent = "".join(str(message["content"]) for message in asked["messages"])
        billed = {"prompt_tokens": _tokens(sent), "completion_tokens": _tokens(said)}
        usage = billed | {"total_tokens": sum(billed.values())}
        whole = {"id": "demo", "created": 0, "model": asked["model"]}
        message, kind, body = {"role": "assistant", "content": said}, "application/json", ""
        if asked.get("stream"):
            kind = "text/event-stream"
            whole["object"] = "chat.completion.chunk"
            for delta, end in ((message, None), ({}, "stop")):
                choice = {"index": 0, "delta": delta, "finish_reason": end}
                body += f"data: {json.dumps(whole | {'choices': [choice]})}\n\n"
            body += f"data: {json.dumps(whole | {'choices': [], 'usage': usage})}\n\ndata: [DONE]\n\n"
        else:
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            body = json.dumps(whole | {"object": "chat.completion", "choices": [choice], "usage": usage})
        content = body.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # http.server's name
        """Nothing: the demos show the receipt."""


def _tokens(said: str) -> int:
    return max(1, len(said) // _CHARACTERS_PER_TOKEN)
