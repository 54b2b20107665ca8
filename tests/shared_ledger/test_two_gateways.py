"""Two gateways behind a balancer and an editor on one PostgreSQL: one ledger, one budget, one refusal over the cap."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import httpx2
import openai
import psycopg

from tests.e2e.raw_editor import RawEditor
from tests.frontends.http.running import configuration
from tests.home import FOLDERS
from tests.loopback import Turn, Upstream

KEY = "sk-of-the-provider"
CAP = Decimal("0.02")
OVER = "400 insufficient_quota"
CODE = 'def parse_header(line: str) -> str:\n    return line.partition(":")[0]\n'


@dataclass
class Balancer:
    """Hands each connection to the next gateway."""

    ports: list[int] = field(default_factory=list)
    port: int = 0
    _served: int = 0

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        port = self.ports[self._served % len(self.ports)]
        self._served += 1
        behind, sending = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_piped(reader, sending), _piped(behind, writer))


async def _piped(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while piece := await reader.read(1 << 16):
            writer.write(piece)
            await writer.drain()
    with contextlib.suppress(ConnectionError):
        writer.close()


def machine(folder: Path) -> dict[str, str]:
    """The environment of a machine of its own: nothing but the database is shared."""
    folder.mkdir()
    kept = {name: value for name, value in os.environ.items() if name not in {"ROUTERD_CONFIG", *FOLDERS}}
    return {**kept, **dict.fromkeys(FOLDERS, str(folder)), "GATEWAY_KEY": KEY}


@contextlib.asynccontextmanager
async def gateway(env: Mapping[str, str], config: Path) -> AsyncIterator[int]:
    """A gateway in a process of its own; its port."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "routerd", "serve", "--http", "127.0.0.1:0", "--config", str(config)),
        env=env,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    try:
        line = (await process.stderr.readline()).decode()
        assert "listens on http://127.0.0.1:" in line, line + (await process.stderr.read()).decode()
        yield int(line.partition("127.0.0.1:")[2].split(" ")[0])
    finally:
        process.terminate()
        await process.communicate()


async def command(env: Mapping[str, str], *words: str) -> dict[str, object]:
    """What a command of the command line prints as JSON."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "routerd", *words, "--json"),
        env=env,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, told = await process.communicate()
    assert process.returncode == 0, told.decode()
    found = json.loads(out)
    assert isinstance(found, dict)
    return found


async def asked(balancer: Balancer, token: str) -> str:
    """One question by the SDK over a connection of its own: the answer's id, or how it was refused."""
    async with openai.AsyncOpenAI(
        base_url=f"http://127.0.0.1:{balancer.port}/v1",
        api_key=token,
        max_retries=0,
        http_client=httpx2.AsyncClient(trust_env=False),
    ) as client:
        try:
            answer = await client.chat.completions.create(
                model="speed", messages=[{"role": "user", "content": "why"}], max_tokens=300
            )
        except openai.APIStatusError as fault:
            return f"{fault.status_code} {fault.code}"
        return answer.id


def explained(uri: str) -> dict[str, object]:
    place = {"line": 0, "character": 5}
    return {"action": "explain", "uri": uri, "range": {"start": place, "end": place}}


async def test_two_gateways_and_an_editor_spend_one_budget_and_not_a_cent_more(
    database_url: str, tmp_path: Path
) -> None:
    balancer = Balancer()
    project = tmp_path / "engine"
    project.mkdir()
    (project / "labels.py").write_text(CODE, "utf-8")
    answers = Turn(reply=lambda body: "word " * min(300, body.get("max_tokens", 300)))
    async with Upstream(otherwise=answers) as upstream, balancer.listening():
        shared = f'[ledger]\nurl = "{database_url}"\nperson = "ada"\nteam = "core"\n[budget]\ndaily = "{CAP}"\n'
        hosts = f'[http]\nhosts = ["127.0.0.1:{balancer.port}"]\nmetrics = true\n'
        config = tmp_path / "config.toml"
        config.write_text(configuration({"a": upstream}, shared + hosts), "utf-8")
        first, second, third = (machine(tmp_path / name) for name in ("first", "second", "third"))
        who = ("--person", "ada", "--project", "engine", "--team", "core")
        made = await command(first, "token", "add", *who, "--config", str(config))
        token = str(made["token"])
        async with gateway(first, config) as one, gateway(second, config) as other:
            balancer.ports = [one, other]
            begun = [await asked(balancer, token) for _ in range(2)]
            assert not [one for one in begun if one[:1] == "4"], begun
            async with RawEditor(third, project, arguments=("serve", "--solo", "--config", str(config))) as editor:
                uri = editor.open(project / "labels.py")
                outcome = await editor.request("routerd/run", explained(uri))
                assert outcome["status"] in ("applied", "proposed"), outcome
                replies = [await asked(balancer, token) for _ in range(40)]
                refused = await editor.request("routerd/run", {**explained(uri), "tier": "logic"})
            assert replies[-2:] == [OVER, OVER], f"by either gateway: {replies}"
            assert not [one for one in replies[: replies.index(OVER)] if one.startswith("4")]
            assert refused["status"] == "refused", refused
            stats = await command(third, "stats", "--by", "person", "--config", str(config))
            await command(second, "token", "revoke", str(made["number"]), "--config", str(config))
            while await asked(balancer, token) != "401 invalid_api_key":
                pass
            while await asked(balancer, token) != "401 invalid_api_key":
                pass
        answered = len(upstream.seen)
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "SELECT person, team, project, frontend, process, cost FROM attempts WHERE NOT cached"
        ).fetchall()
        ((held,),) = connection.execute("SELECT COALESCE(SUM(held), 0) FROM budgets").fetchall()
    assert {row[:3] for row in rows} == {("ada", "core", "engine")}
    assert {row[3] for row in rows} == {"http", "editor"}
    assert len({row[4] for row in rows}) == 3, "each process wrote its own"
    spent = Decimal(sum(row[5] for row in rows)) / 10**12
    assert CAP / 2 < spent <= CAP
    assert len(rows) == answered
    assert held == 0
    assert [(row["key"], Decimal(row["spent"])) for row in stats["rows"]] == [("ada", spent)]  # type: ignore[attr-defined]  # JSON
