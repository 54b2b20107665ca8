"""The gateway while its database is away: nothing that costs is sent, known tokens still count, unknown ones cannot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from routerd.app.gateway_tokens import added, token_store
from routerd.domain.gateway_token import Holder
from tests.frontends.http.running import configuration, running
from tests.loopback import Upstream
from tests.shared_ledger.server import running_server

CHAT = {"model": "speed", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 10}


async def test_it_refuses_with_a_sentence_and_goes_on_once_the_database_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_server() as server:
        more = f'[http]\nmetrics = true\n[budget]\ndaily = "1.00"\n[ledger]\nurl = "{server.url_of("postgres")}"\n'
        async with (
            Upstream() as upstream,
            running(tmp_path, monkeypatch, configuration({"a": upstream}, more)) as gateway,
        ):
            _, known = added(token_store(gateway.app), Holder("", "ada"), 1.0)
            _, unknown = added(token_store(gateway.app), Holder("", "bob"), 1.0)

            async def asked(token: str) -> tuple[int, str]:
                status, _, text = await gateway.post("/v1/chat/completions", CHAT, {"authorization": f"Bearer {token}"})
                return status, json.loads(text).get("error", {}).get("message", "")

            async def up() -> str:
                async with gateway.session.get(f"{gateway.url}/metrics") as answer:
                    (line,) = [one for one in (await answer.text()).splitlines() if one.startswith("routerd_ledger_up")]
                    return line

            assert (await asked(known))[0] == 200
            assert await up() == "routerd_ledger_up 1"
            server.stop()
            status, message = await asked(unknown)
            assert status == 503, "whether it is right is not known"
            assert "cannot be looked up" in message
            assert str(server.folder) not in message, "who has no token is not told where the database is"
            for _ in range(3):
                status, message = await asked(known)
                assert status == 400
                assert "shared ledger" in message
            assert await up() == "routerd_ledger_up 0"
            assert len(upstream.seen) == 1, "nothing that costs was sent meanwhile"
            server.start()
            while (await asked(known))[0] != 200:
                pass
            while (await asked(unknown))[0] != 200:
                pass
            assert await up() == "routerd_ledger_up 1"
