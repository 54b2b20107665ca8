"""`routerd demo --http`: the gateway before a model on loopback, one request of the openai SDK, its row."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from openai import AsyncOpenAI
from platformdirs import user_data_path

from routerd.adapters import config
from routerd.app.client_settings import client_settings
from routerd.app.gateway import Gateway
from routerd.app.http_tokens import HttpTokens
from routerd.app.services import Services
from routerd.app.workspace import App
from routerd.domain.money import dollars
from routerd.domain.origin import Origin
from routerd.domain.stats import StatsKey
from routerd.frontends.cli import screen
from routerd.frontends.cli.loopback_model import NAME, loopback_model
from routerd.frontends.http import HttpListen, listening

_QUESTION = "summarize what a gateway is for in one line"


def run() -> None:
    """Show it. The ledger, the token and the configuration are in a folder that goes afterwards."""
    with tempfile.TemporaryDirectory(prefix="routerd-demo-", ignore_cleanup_errors=True) as folder:
        asyncio.run(_shown(Path(folder)))


async def _shown(folder: Path) -> None:
    async with loopback_model() as base_url:
        file = folder / "config.toml"
        file.write_text(_configuration(base_url), encoding="utf-8")
        services = Services(folder)
        app = App(services, config.Sources.found(file, None), services.session_keys(), origin=Origin(), lenient=False)
        tokens = HttpTokens(folder / "http-tokens.json")
        try:
            async with listening(Gateway(app), tokens, HttpListen("127.0.0.1", 0)) as port:
                await _asked(f"http://127.0.0.1:{port}", tokens.of("openai"), base_url)
            _row(app)
        finally:
            await app.disconnect()
            app.close()


def _configuration(base_url: str) -> str:
    tiers = "".join(f'{tier} = "loopback/{NAME}"\n' for tier in ("utility", "speed", "logic", "architect"))
    provider = f'[providers.loopback]\nbase_url = "{base_url}"\napi_key = {{}}\ndialects = ["chat"]\n'
    return f'[tiers]\n{tiers}{provider}[models.{NAME}]\ninput = "0.20"\noutput = "0.60"\n'


async def _asked(gateway: str, token: str, base_url: str) -> None:
    found = client_settings("openai", gateway, token)
    _say(f"A model on loopback: {base_url}; the gateway before it: {gateway}")
    _say("What 'routerd http env openai' prints, with your own gateway and token:")
    for name in found.env:
        _say(f"  export {name}={found.base_url if name.endswith('URL') else '…'}")
    async with AsyncOpenAI(base_url=found.base_url, api_key=token, max_retries=0) as client:
        _say(f'client.chat.completions.create(model="auto", … "{_QUESTION}")')
        raw = await client.chat.completions.with_raw_response.create(
            model="auto", messages=[{"role": "user", "content": _QUESTION}]
        )
    answer = raw.parse()
    _say(f"answer    {answer.choices[0].message.content}")
    for name in ("tier", "model", "reason", "attempts", "cost"):
        _say(f"header    x-routerd-{name}: {raw.headers[f'x-routerd-{name}']}")


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
