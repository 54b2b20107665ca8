"""A client's own key: it goes to the one provider that is set to take it, and is kept nowhere."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from tests.frontends.http.running import KEY, Running, configuration, running
from tests.loopback import Turn, Upstream, credential, fingerprint, server_error

OWN = "sk-of-the-client-itself"
BODIES: dict[str, dict[str, object]] = {
    "/v1/chat/completions": {"model": "speed", "messages": [{"role": "user", "content": "hi"}]},
    "/v1/responses": {"model": "speed", "input": "hi"},
    "/v1/messages": {"model": "speed", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]},
}
OWN_HEADERS = ({"authorization": f"Bearer {OWN}"}, {"x-api-key": OWN})


def passing(upstreams: dict[str, Upstream], *names: str, dialects: str = '"chat", "responses", "messages"') -> str:
    """The named providers take a client's own key."""
    text = configuration(upstreams, dialects=dialects)
    for name in names:
        text = text.replace(f"[providers.{name}]\n", f"[providers.{name}]\npass_through = true\n")
    return text


async def ask(gateway: Running, path: str, own: dict[str, str], *, stream: bool = False) -> tuple[int, bytes]:
    """Asked with the gateway's token in its own header."""
    headers = {"x-routerd-token": gateway.token, **own}
    async with gateway.session.post(
        gateway.url + path, json={**BODIES[path], "stream": stream}, headers=headers
    ) as one:
        return one.status, await one.read() + str(dict(one.headers)).encode()


def shown(upstream: Upstream) -> set[str]:
    """The fingerprints of all keys that a provider was shown."""
    names = {"authorization", "x-api-key"}
    return {value for seen in upstream.seen for name, value in seen.headers.items() if name in names}


def kept(folder: Path) -> bytes:
    """Every byte that the gateway wrote, but for its configuration and its tokens."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "http-tokens.json"]
    assert any(path.name == "ledger.db" for path in files)
    return b"".join(path.read_bytes() for path in files)


@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize("own", OWN_HEADERS, ids=["bearer", "x-api-key"])
@pytest.mark.parametrize("stream", [False, True])
async def test_it_goes_only_to_the_provider_that_takes_it_and_is_kept_nowhere(
    path: str,
    own: dict[str, str],
    stream: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    async with (
        Upstream([server_error()] * 9) as first,
        Upstream(keys=[OWN]) as second,
        Upstream() as third,
        running(tmp_path, monkeypatch, passing({"a": first, "b": second, "c": third}, "b", "c")) as gateway,
    ):
        status, text = await ask(gateway, path, own, stream=stream)
        assert status == 200
        assert shown(first) == {fingerprint(KEY)}
        assert shown(second) == {fingerprint(OWN)}
        assert set(own) <= second.seen[-1].headers.keys(), "in the header that the client chose"
        assert "x-routerd-token" not in second.seen[-1].headers
        for secret in (OWN, gateway.token, KEY):
            assert secret.encode() not in text + kept(tmp_path)
            assert secret not in caplog.text


async def test_it_needs_no_configured_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Upstream(keys=[OWN]) as only:
        configured = passing({"a": only}, "a").replace('api_key = { env = "GATEWAY_KEY" }\n', "")
        async with running(tmp_path, monkeypatch, configured) as gateway:
            assert (await ask(gateway, "/v1/messages", {"x-api-key": OWN}))[0] == 200
            assert shown(only) == {fingerprint(OWN)}


async def test_a_second_provider_that_takes_keys_never_sees_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        Upstream([server_error()] * 9) as first,
        Upstream() as second,
        running(tmp_path, monkeypatch, passing({"a": first, "b": second}, "a", "b")) as gateway,
    ):
        status, _ = await ask(gateway, "/v1/messages", {"x-api-key": OWN})
        assert status == 200
        assert shown(first) == {fingerprint(OWN)}
        assert shown(second) == {fingerprint(KEY)}


async def test_a_provider_that_is_asked_in_another_api_never_sees_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        Upstream() as only,
        running(tmp_path, monkeypatch, passing({"a": only}, "a", dialects='"chat"')) as gateway,
    ):
        assert (await ask(gateway, "/v1/messages", {"x-api-key": OWN}))[0] == 200
        assert shown(only) == {fingerprint(KEY)}


async def test_a_token_of_the_gateway_is_no_key_of_the_clients_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Upstream() as only, running(tmp_path, monkeypatch, passing({"a": only}, "a")) as gateway:
        for own in ({"authorization": f"Bearer {gateway.token}"}, {"x-api-key": gateway.token}, {}):
            assert (await ask(gateway, "/v1/messages", own))[0] == 200
        assert shown(only) == {fingerprint(KEY)}
        different = {"authorization": f"Bearer {OWN}", "x-api-key": OWN + "2"}
        assert (await ask(gateway, "/v1/messages", different))[0] == 400
        both = {"authorization": f"Bearer {OWN}", "x-api-key": gateway.token}
        assert (await ask(gateway, "/v1/messages", both))[0] == 200
        assert shown(only) == {fingerprint(KEY), fingerprint(OWN)}
        wrong = {"x-routerd-token": OWN, "authorization": f"Bearer {gateway.token}"}
        url, body = f"{gateway.url}/v1/messages", BODIES["/v1/messages"]
        async with gateway.session.post(url, json=body, headers=wrong) as one:
            assert one.status == 401
        assert len(only.seen) == 4


async def test_a_refused_own_key_harms_nobody_else_and_is_not_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    echo = Turn(status=401, error={"message": f"Incorrect API key provided: {OWN}.", "code": "invalid_api_key"})
    async with (
        Upstream([echo, Turn(), credential(401)]) as only,
        running(tmp_path, monkeypatch, passing({"a": only}, "a")) as gateway,
    ):
        status, text = await ask(gateway, "/v1/chat/completions", {"x-api-key": OWN})
        assert status == 400
        assert OWN.encode() not in text + kept(tmp_path)
        assert (await ask(gateway, "/v1/chat/completions", {}))[0] == 200, "the configured key is as good as before"
        assert gateway.held() == 0
