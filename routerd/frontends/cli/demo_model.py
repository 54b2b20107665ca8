"""The models of the demo: a server on loopback that answers with what the demo laid ready, and bills by size."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self

_CHARACTERS_PER_TOKEN = 4
"""Of English and code, by OpenAI's rule of thumb; the bill of the demo need not be exacter."""
MOST_BYTES = 1_000_000


class DemoModel:
    """``with DemoModel() as model``: serves OpenAI's chat completions, one laid-ready answer after the other."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        """Taken from the front, one for each request."""
        model = self

        class Answering(_Handler):
            answers = model.answers

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
    answers: list[str]

    def do_POST(self) -> None:  # http.server's name
        """Answer as a stream of one piece, with the usage at its end."""
        size = int(self.headers.get("Content-Length") or 0)
        if not 0 < size <= MOST_BYTES or not self.answers:
            self.send_error(400)
            return
        asked = json.loads(self.rfile.read(size))
        answer = self.answers.pop(0)
        billed = {"prompt_tokens": _tokens(asked["messages"]), "completion_tokens": _tokens(answer)}
        whole = {"id": "demo", "object": "chat.completion.chunk", "created": 0, "model": asked["model"]}
        delta = {"index": 0, "delta": {"role": "assistant", "content": answer}, "finish_reason": None}
        end = {"index": 0, "delta": {}, "finish_reason": "stop"}
        chunks = [
            whole | {"choices": [delta]},
            whole | {"choices": [end]},
            whole | {"choices": [], "usage": billed | {"total_tokens": sum(billed.values())}},
        ]
        body = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # http.server's name
        """Nothing: the demo shows the receipt."""


def _tokens(said: object) -> int:
    text = said if isinstance(said, str) else "".join(str(message["content"]) for message in said)  # type: ignore[attr-defined]  # the messages of a chat
    return max(1, len(text) // _CHARACTERS_PER_TOKEN)
