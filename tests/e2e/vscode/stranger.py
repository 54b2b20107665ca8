"""A small language server that is not this routerd: of any version, with any answer.

`python stranger.py VERSION FOLDER`. It makes FOLDER/ready-VERSION when the editor takes it for started. As soon as it
is told that a key changed, it asks for that and writes what it was handed into FOLDER/told. A run ends with the outcome
that FOLDER/outcome.json holds.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def main(version: str, folder: Path) -> None:
    server = {"name": "routerd", "version": version}
    for message in iter(read, None):
        match message.get("method"):
            case "initialize":
                capabilities = {"executeCommandProvider": {"commands": ["routerd.run"]}}
                send({"id": message["id"], "result": {"capabilities": capabilities, "serverInfo": server}})
            case "initialized":
                (folder / f"ready-{version}").touch()
            case "shutdown":
                send({"id": message["id"], "result": None})
            case "exit":
                return
            case "routerd/keyChanged":
                send({"id": "key", "method": "routerd/key", "params": message["params"]})
            case "routerd/run":
                send({"id": message["id"], "result": json.loads((folder / "outcome.json").read_text("utf-8"))})
            case None if message.get("id") == "key":
                (folder / "told").write_text(json.dumps(message["result"]), "utf-8")
            case _ if "id" in message:
                send({"id": message["id"], "error": {"code": -32601, "message": "not here"}})


def read() -> dict[str, Any] | None:
    length = 0
    while header := sys.stdin.buffer.readline().strip():
        name, _, value = header.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return json.loads(sys.stdin.buffer.read(length)) if length else None


def send(message: dict[str, Any]) -> None:
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
