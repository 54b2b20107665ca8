"""`routerd demo --http`: the gateway before a model on loopback, one request of the openai SDK, its row."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from platformdirs import user_data_path

from routerd.app.apart import app_apart
from routerd.app.client_settings import client_settings
from routerd.app.gateway import Gateway
from routerd.app.http_tokens import HttpTokens
from routerd.app.workspace import App
from routerd.domain.errors import RouterdError
from routerd.domain.money import dollars
from routerd.domain.stats import StatsKey
from routerd.frontends.cli import screen
from routerd.frontends.cli.demo_model import DemoModel
from routerd.frontends.http import HttpListen, listening

_QUESTION = "summarize what a gateway is for in one line"
_PROGRAM = """\
import sys
from openai import OpenAI
asked = {"model": "auto", "messages": [{"role": "user", "content": sys.argv[1]}]}
raw = OpenAI().chat.completions.with_raw_response.create(**asked)
print("answer   ", raw.parse().choices[0].message.content)
for name in ("tier", "model", "reason", "attempts", "cost"):
    print(f"header    x-routerd-{name}:", raw.headers[f"x-routerd-{name}"])
"""
"""Another program, which knows of routerd only the two variables."""


def run() -> None:
    """Show it. The ledger, the token and the configuration are in a folder that goes afterwards."""
    with tempfile.TemporaryDirectory(prefix="routerd-demo-", ignore_cleanup_errors=True) as folder:
        asyncio.run(_shown(Path(folder)))


async def _shown(folder: Path) -> None:
    with DemoModel(lambda words: f"You asked: {words}") as model:
        base_url = model.base_url
        file = folder / "config.toml"
        file.write_text(_configuration(base_url), encoding="utf-8")
        app = app_apart(folder, file)
        tokens = HttpTokens(folder / "http-tokens.json")
        try:
            async with listening(Gateway(app), tokens, HttpListen("127.0.0.1", 0)) as port:
                await _asked(f"http://127.0.0.1:{port}", tokens.of("openai"), base_url)
            _row(app)
        finally:
            await app.disconnect()
            app.close()


def _configuration(base_url: str) -> str:
    tiers = "".join(f'{tier} = "loopback/echo"\n' for tier in ("utility", "speed", "logic", "architect"))
    provider = f'[providers.loopback]\nbase_url = "{base_url}"\napi_key = {{}}\ndialects = ["chat"]\n'
    return f'[tiers]\n{tiers}{provider}[models.echo]\ninput = "0.20"\noutput = "0.60"\n'


async def _asked(gateway: str, token: str, base_url: str) -> None:
    found = client_settings("openai", gateway, token)
    _say(f"A model on loopback: {base_url}; the gateway before it: {gateway}")
    _say("What 'routerd http env openai' prints, with your own gateway and token:")
    for name in found.env:
        _say(f"  export {name}={found.base_url if name.endswith('URL') else '…'}")
    _say(f'client.chat.completions.create(model="auto", … "{_QUESTION}")')
    env = {**os.environ, **found.env, "NO_PROXY": "127.0.0.1"}
    asking = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _PROGRAM, _QUESTION), env=env, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await asking.communicate()
    if asking.returncode:
        raise RouterdError("The program that asks through the gateway failed; what it wrote stands above.")
    _say(said.decode().rstrip())


def _row(app: App) -> None:
    for row in app.ledger.totals_by(StatsKey.CLIENT, None):
        usage = row.usage
        assert usage is not None
        _say(
            f"ledger    client {row.key}: {row.requests} request, {usage.all_input} tokens in, {usage.all_output} out, "
            f"{dollars(row.spent)} (made-up prices; 'routerd stats --by client' shows your own, in "
            f"{user_data_path('routerd', False)})"
        )


def _say(line: str) -> None:
    screen.console().print(line, markup=False, highlight=False, soft_wrap=True)
