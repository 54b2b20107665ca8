"""Where a request goes and with which headers: queries, whole paths, blanks in base_url, and headers of one's own."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from routerd.adapters.config import KeyReader, Sources, load
from routerd.app.session_keys import SessionKeys
from routerd.domain.errors import ConfigError
from routerd.domain.key_source import KeySource
from routerd.domain.model import ModelRef
from routerd.domain.reply import Reply
from routerd.domain.settings import ProviderSettings, Settings
from routerd.providers import KeyCache
from routerd.providers.probe import probe
from tests.loopback import Upstream
from tests.providers.scene import Witness, candidate, engine, outcome, run

SECRET = "secret-of-a-header"


def settings_of(tmp_path: Path, text: str) -> Settings:
    file = tmp_path / "config.toml"
    file.write_text(text, "utf-8")
    return load(Sources(file)).settings


def described(tmp_path: Path, written: str, *more: str) -> ProviderSettings:
    lines = ("[providers.corp]", f"base_url = {written!r}", *more)
    return settings_of(tmp_path, "\n".join(lines)).providers["corp"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://x.example/v1/", "https://x.example/v1"),
        (" https://x.example/v1 ", "https://x.example/v1"),
        ("https://x.example/v1/chat/completions", "https://x.example/v1"),
        ("https://x.example/v1/chat/completions/", "https://x.example/v1"),
        ("https://x.example/v1/models", "https://x.example/v1"),
        ("https://x.example/d/m?api-version=2024-10-21", "https://x.example/d/m?api-version=2024-10-21"),
        ("https://x.example/d/m/chat/completions?api-version=1", "https://x.example/d/m?api-version=1"),
    ],
)
def test_an_address_is_mended_where_it_is_clear_what_is_meant(tmp_path: Path, written: str, read: str) -> None:
    assert described(tmp_path, written).base_url == read


@pytest.mark.parametrize("written", ["https://x.example/v 1", "https://x.example/v1#part", "x.example/v1"])
def test_an_address_that_nobody_can_mean_is_refused_when_it_is_read(tmp_path: Path, written: str) -> None:
    with pytest.raises(ConfigError, match="base_url"):
        described(tmp_path, written)


@pytest.mark.parametrize(
    "headers",
    ['{ "x y" = "1" }', '{ host = "x" }', '{ a = "" }', "{ a = 1 }", "{ a = {} }", '{ a = "ä" }', '{ a = "b\\nc" }'],
)
def test_what_cannot_be_a_header_is_refused_without_showing_it(tmp_path: Path, headers: str) -> None:
    with pytest.raises(ConfigError, match=r"providers\.corp\.headers"):
        described(tmp_path, "https://x.example/v1", f"headers = {headers}")


def test_headers_come_from_each_kind_of_source(tmp_path: Path) -> None:
    program = [sys.executable, "-c", f"print({SECRET!r})"]
    headers = f'headers = {{ a = "text", b = {{ env = "B_KEY" }}, c = {{ command = {program!r} }} }}'
    corp = described(tmp_path, "https://x.example/v1", headers)
    assert KeyReader({"B_KEY": "from-env"}).headers(corp) == {"a": "text", "b": "from-env", "c": SECRET}


def test_query_and_headers_reach_the_provider_and_no_key_is_made_up_beside_them() -> None:
    heads: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode().lower())
        said = f"no access with {SECRET} by openai"
        head = f"HTTP/1.1 403 No\r\ncontent-length: {len(said)}\r\nconnection: close\r\n\r\n"
        writer.write((head + said).encode())
        await writer.drain()
        writer.close()

    async def main() -> None:
        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            host, port = server.sockets[0].getsockname()
            headers: dict[str, str | KeySource] = {
                "x-portkey-provider": "openai",
                "api-key": KeySource(env="AZURE_KEY"),
            }
            azure = ProviderSettings("azure", f"http://{host}:{port}/d/m?api-version=2024-10-21", None, headers=headers)
            keys = KeyReader({"AZURE_KEY": SECRET})
            running = engine({"azure": azure}, keys=KeyCache(keys.key, keys.headers))
            told = str(await outcome(running, candidate("azure/m"), Witness()))
            assert "no access with … by openai" in told  # what the configuration shows is no secret
            assert SECRET not in told
            assert heads[0].startswith("post /d/m/chat/completions?api-version=2024-10-21 http/1.1")
            assert "\r\nx-portkey-provider: openai\r\n" in heads[0]
            assert f"\r\napi-key: {SECRET}\r\n" in heads[0]
            assert "authorization" not in heads[0]

    run(main())


def test_a_header_whose_source_is_empty_is_told_by_its_name() -> None:
    async def main() -> None:
        async with Upstream() as upstream:
            corp = ProviderSettings("corp", upstream.base_url, None, headers={"api-key": KeySource(env="NOT_SET")})
            reader = KeyReader({})
            running = engine({"corp": corp}, keys=KeyCache(reader.key, reader.headers))
            fault = await outcome(running, candidate("corp/m"), Witness())
            assert not isinstance(fault, Reply)
            assert "corp's header api-key: set the environment variable NOT_SET" in str(fault)
            assert upstream.seen == []

    run(main())


def test_headers_are_sent_beside_a_key_and_by_doctor_too() -> None:
    async def main() -> None:
        async with Upstream() as upstream:
            corp = ProviderSettings(
                "corp", upstream.base_url, KeySource(env="K"), headers={"helicone-auth": "Bearer x"}
            )
            reader = KeyReader({"K": "right"})
            keys = KeyCache(reader.key, reader.headers)
            assert isinstance(await outcome(engine({"corp": corp}, keys=keys), candidate("corp/m"), Witness()), Reply)
            await probe(corp.base_url, "right", headers=dict((await keys.get(corp)).headers))
            assert [one.headers["helicone-auth"] for one in upstream.seen] == ["Bearer x"] * len(upstream.seen)
            assert all("authorization" in one.headers for one in upstream.seen)

    run(main())


def test_headers_belong_to_the_account_and_go_with_a_key_that_an_editor_handed_over() -> None:
    async def main() -> None:
        corp = ProviderSettings("corp", "https://x.example/v1", KeySource(env="K"), headers={"a": KeySource(env="A")})
        bare = replace(corp, headers={})

        def keys(header: str) -> SessionKeys:
            reader = KeyReader({"K": "configured", "A": header})
            return SessionKeys(reader, KeyCache(reader.key, reader.headers))

        one, other = keys("1"), keys("2")
        for found in (await one.get(corp), one.known(corp)):
            assert found
            assert (found.value, found.headers) == ("configured", (("a", "1"),))
        names = {(await session.get(corp)).name for session in (one, other)}
        one.hand("corp", "handed")
        for found in (await one.get(corp), one.known(corp)):
            assert found
            assert (found.value, found.headers) == ("handed", (("a", "1"),))
        names |= {(await one.get(corp)).name, (await one.get(bare)).name, (await other.get(bare)).name}
        assert len(names) == 5
        one.hand("corp", "another")
        assert (await one.get(corp)).value == "another"
        one.hand("corp", None)
        assert (await one.get(corp)).value == "configured"

    run(main())


def test_the_silence_that_a_model_is_allowed_is_a_setting(tmp_path: Path) -> None:
    written = '[models."deep-thinker"]\nfirst_token_s = 90\n[models."corp/deep-thinker"]\nfirst_token_s = 5\n'
    settings = settings_of(tmp_path, f'{written}[providers.corp]\nbase_url = "https://x.example/v1"\n')
    assert settings.first_token_s(ModelRef("other", "deep-thinker")) == 90
    assert settings.first_token_s(ModelRef("corp", "deep-thinker")) == 5
    assert replace(settings, models={}).first_token_s(ModelRef("corp", "deep-thinker")) is None


def test_a_model_of_the_architect_tier_may_be_silent_for_longer_unless_the_settings_say_otherwise(
    tmp_path: Path,
) -> None:
    tiers = (
        '[providers.corp]\nbase_url = "https://x.example/v1"\n[tiers]\narchitect = "corp/deep"\nlogic = "corp/quick"\n'
    )
    deep, quick = ModelRef("corp", "deep"), ModelRef("corp", "quick")
    settings = settings_of(tmp_path, tiers)
    assert (settings.first_token_s(deep), settings.first_token_s(quick)) == (90, None)
    assert settings_of(tmp_path, f"{tiers}[limits]\nfirst_token_s = 10\n").first_token_s(deep) == 30
    assert settings_of(tmp_path, f'{tiers}[models."corp/deep"]\nfirst_token_s = 12\n').first_token_s(deep) == 12
