"""The user's one daemon serves HTTP beside its editors, where `http.listen` is set; and stays while it does."""

from __future__ import annotations

import json
import socket
import urllib.request
from pathlib import Path

from tests.e2e.conftest import with_upstream
from tests.e2e.daemon.editors import editor
from tests.e2e.daemon.test_life_of_daemon import foreground
from tests.e2e.daemon.user import User, until
from tests.loopback import InThread, Upstream

REPLY = "Hello from the test upstream."


def listening(env: dict[str, str], base_url: str, listen: str) -> dict[str, str]:
    found = with_upstream(env, base_url)
    path = Path(found["ROUTERD_CONFIG"])
    path.write_text(f'{path.read_text()}\n[http]\nlisten = "{listen}"\n', encoding="utf-8")
    return found


def address(user: User) -> str | None:
    """Where the gateway says that it listens."""
    found = next(Path(user.env["HOME"]).rglob("http-address.json"), None)
    return str(json.loads(found.read_text())["address"]) if found else None


def asked(user: User) -> str:
    """The answer to one request with the token that `http env` gives."""
    told = json.loads(user.command("http", "env", "openai", "--json").stdout)
    body = json.dumps({"model": "speed", "messages": [{"role": "user", "content": "hi"}]}).encode()
    headers = {"authorization": f"Bearer {told['token']}", "content-type": "application/json"}
    request = urllib.request.Request(f"{told['base_url']}/chat/completions", body, headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return str(json.load(answer)["choices"][0]["message"]["content"])


async def test_a_daemon_serves_http_beside_its_editors_and_stays(user: User, project: Path) -> None:
    with InThread(Upstream(reply=REPLY)) as upstream:
        user.env = listening(user.env, upstream.base_url, "127.0.0.1:0")
        with foreground(user, "--idle", "0.2") as process:
            until(lambda: address(user))
            async with editor(user, project):
                assert asked(user) == REPLY
            assert asked(user) == REPLY, "without an editor as well"
            assert process.poll() is None
            rows = json.loads(user.command("stats", "--by", "client", "--json").stdout)["rows"]
            assert [(row["key"], row["requests"]) for row in rows] == [("openai", 2)]
            user.command("daemon", "stop")
            assert process.wait(10) == 0
        assert address(user) is None


def test_an_address_in_use_is_told_and_does_not_stop_the_editors(user: User) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        user.env = listening(user.env, "http://127.0.0.1:9/v1", f"127.0.0.1:{port}")
        with foreground(user) as process:
            until(lambda: user.status()["running"])
            assert process.poll() is None
    assert address(user) is None


def test_a_daemon_without_the_setting_listens_nowhere(user: User) -> None:
    with foreground(user, "--idle", "0.5") as process:
        assert process.wait(10) == 0
    assert address(user) is None
