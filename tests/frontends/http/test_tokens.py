"""Tokens of persons and projects: stored by their hash, refused once revoked, and every request counts as theirs."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.adapters.ledger import MIGRATIONS, SqliteTokens
from routerd.adapters.sqlite import Database
from routerd.app.gateway_tokens import AWAY_S, KNOWN_S, GatewayTokens, added
from routerd.app.http_tokens import HttpTokens
from routerd.app.times import now
from routerd.domain.errors import LedgerError, UsageError
from routerd.domain.gateway_token import Holder, StoredToken, TokenStore, digest_of
from routerd.frontends.cli.main import program
from tests.frontends.http.running import Running, configuration, running
from tests.loopback import Turn, Upstream
from tests.property_tests import example_count

CHAT = {"model": "speed", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 10}


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Away:
    """A store whose database may be away."""

    def __init__(self, store: TokenStore) -> None:
        self.store, self.away, self.asked = store, False, 0

    def find(self, digest: bytes) -> StoredToken | None:
        self.asked += 1
        if self.away:
            raise LedgerError("The shared ledger cannot be used (it is away).")
        return self.store.find(digest)

    def add(self, token: StoredToken) -> None:
        self.store.add(token)

    def all(self) -> tuple[StoredToken, ...]:
        return self.store.all()

    def revoke(self, number: str, at: float) -> bool:
        return self.store.revoke(number, at)


def command(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    capsys.readouterr()
    assert program(("token",))(["token", *words, "--json"], standalone_mode=False) == 0
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


async def asked(gateway: Running, token: str, **headers: str) -> int:
    return (await gateway.post("/v1/chat/completions", CHAT, {"authorization": f"Bearer {token}", **headers}))[0]


async def test_a_persons_token_is_let_in_counts_as_theirs_and_is_refused_once_revoked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with Upstream() as upstream, running(tmp_path, monkeypatch, configuration({"a": upstream})) as gateway:
        file = ("--config", str(tmp_path / "routerd.toml"))
        made = command(capsys, "add", "--person", "ada", "--project", "engine", "--team", "core", *file)
        token = made["token"]
        stored = next(tmp_path.rglob("ledger.db")).read_bytes() + next(tmp_path.rglob("ledger.db-wal")).read_bytes()
        assert token.encode() not in stored
        assert token.removeprefix("routerd_").encode() not in stored
        assert hashlib.sha256(token.encode()).digest() in stored
        assert await asked(gateway, token, **{"x-routerd-project": "another"}) == 200
        assert await asked(gateway, gateway.token, **{"x-routerd-project": "another"}) == 200
        rows = [(row["person"], row["project"], row["team"]) for row in gateway.rows()]
        assert rows[0] == ("ada", "engine", "core")
        assert rows[1][1] == "another"
        listed = command(capsys, "list", *file)["tokens"]
        assert [(one["number"], one["person"], one["revoked"]) for one in listed] == [(made["number"], "ada", None)]
        assert token not in json.dumps(listed)
        assert command(capsys, "revoke", made["number"], *file)["within_seconds"] == KNOWN_S
        with pytest.raises(UsageError, match="no token"):
            program(("token",))(["token", "revoke", made["number"], *file], standalone_mode=False)
        # The process that revoked it is another than the gateway, which may know the token for so long.
        gate = GatewayTokens(gateway.tokens, lambda: gateway.app.services.tokens)
        assert await gate.holder(token) is None


def store() -> SqliteTokens:
    return SqliteTokens(Database(None, MIGRATIONS, now()))


async def test_a_revoked_token_is_refused_within_the_bound_and_looked_up_no_oftener(tmp_path: Path) -> None:
    clock, tokens = Clock(), Away(store())
    row, token = added(tokens, Holder("", "ada"), 1.0)
    gate = GatewayTokens(HttpTokens(tmp_path / "t.json"), lambda: tokens, clock)
    for _ in range(100):
        assert await gate.holder(token) == Holder("", "ada")
    assert tokens.asked == 1
    tokens.revoke(row.number, 2.0)
    clock.now += KNOWN_S
    assert await gate.holder(token) is None
    assert await gate.holder(token) is None


async def test_while_the_database_is_away_only_who_was_let_in_lately_still_is(tmp_path: Path) -> None:
    clock, tokens = Clock(), Away(store())
    _, token = added(tokens, Holder("", "ada"), 1.0)
    _, other = added(tokens, Holder("", "bob"), 1.0)
    gate = GatewayTokens(HttpTokens(tmp_path / "t.json"), lambda: tokens, clock)
    assert await gate.holder(token) is not None
    tokens.away = True
    clock.now += AWAY_S - 1
    assert await gate.holder(token) == Holder("", "ada")
    with pytest.raises(LedgerError):
        await gate.holder(other)
    clock.now += 1
    with pytest.raises(LedgerError):
        await gate.holder(token)


@example_count(2_000)
@given(st.text(max_size=80), st.integers(0, 50), st.characters())
async def test_no_other_text_is_taken_and_what_can_be_none_is_not_looked_up(text: str, at: int, put: str) -> None:
    tokens = Away(store())
    _, token = added(tokens, Holder("", "ada"), 1.0)
    gate = GatewayTokens(HttpTokens(Path("nowhere") / "t.json"), lambda: tokens)
    for wrong in (text, token[:at], token[:at] + put + token[at + 1 :], token + put, f" {token}"):
        if wrong != token:
            before = tokens.asked
            assert await gate.holder(wrong) is None
            assert tokens.asked == before or digest_of(wrong) is not None
    assert await gate.holder(token) == Holder("", "ada")


def test_tokens_differ_and_belong_to_somebody() -> None:
    tokens = store()
    made = {added(tokens, Holder("", "ada"), float(at))[1] for at in range(200)}
    assert len(made) == 200
    assert all(len(one) == len("routerd_") + 43 for one in made)
    for nobody in (Holder("x"), Holder("x", " ", "")):
        with pytest.raises(UsageError, match="Whose"):
            added(tokens, nobody, 1.0)


async def test_no_token_of_ours_goes_to_a_provider_as_a_clients_own_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured = ""
    async with Upstream(otherwise=Turn()) as upstream:
        configured = configuration({"a": upstream}).replace("[providers.a]", "[providers.a]\npass_through = true")
        async with running(tmp_path, monkeypatch, configured) as gateway:
            _, token = added(gateway.app.services.tokens, Holder("", "ada"), 1.0)
            row, revoked = added(gateway.app.services.tokens, Holder("", "bob"), 1.0)
            gateway.app.services.tokens.revoke(row.number, 2.0)
            for own in (token, revoked):
                await asked(gateway, own, **{"x-routerd-token": token})
            sent = json.dumps([dict(one.headers) for one in upstream.seen])
            assert token not in sent
            assert revoked not in sent


def test_a_client_is_pointed_at_a_teams_gateway_with_the_token_of_a_variable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["http", "env", "openai", "--url"]
    monkeypatch.delenv("ROUTERD_TOKEN", raising=False)
    with pytest.raises(UsageError, match="ROUTERD_TOKEN"):
        program(("http",))([*words, "https://ai.example.com"], standalone_mode=False)
    monkeypatch.setenv("ROUTERD_TOKEN", "routerd_x")
    for wrong in ("ai.example.com", "ftp://ai.example.com", "https://ai.example.com/v1", "https://?x"):
        with pytest.raises(UsageError, match="no address"):
            program(("http",))([*words, wrong], standalone_mode=False)
    assert program(("http",))([*words, "https://ai.example.com/", "--json"], standalone_mode=False) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["token"] == "routerd_x"
    assert told["base_url"].startswith("https://ai.example.com")
    assert "//v1" not in json.dumps(told)
