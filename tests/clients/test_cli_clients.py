"""Each command-line client before providers of each API: answers, tools, refusals, cuts, Ctrl-C and rate limits."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.clients.cli import CLIENTS, FILE, CliClient, Running, present
from tests.clients.counting import CountingRelay
from tests.clients.program import GatewayProgram, environment
from tests.frontends.http.running import configuration
from tests.loopback import InThread, Seen, Turn, Upstream, cut_before_finish, hang, rate_limited

WORD = "marzipan-7731"
REPLY = "Hello, the parcels are counted."
DIALECTS = ("chat", "responses", "messages")
EVERY = pytest.mark.parametrize("client", CLIENTS, ids=lambda one: one.name)
WITH_TOOLS = pytest.mark.parametrize("client", [one for one in CLIENTS if one.reads], ids=lambda one: one.name)


class Scene:
    """A home, a project with a file, upstreams, and a gateway before them."""

    def __init__(self, folder: Path) -> None:
        self.home, self.project = folder / "home", folder / "project"
        for made in (self.home, self.project):
            made.mkdir()
        self.file = self.project / FILE
        self.file.write_text(f"the word is {WORD}\n", encoding="utf-8")
        self.env = environment(self.home, os.environ)
        self._open = ExitStack()

    def upstream(self, upstream: Upstream) -> InThread:
        return self._open.enter_context(InThread(upstream))

    def gateway(self, upstreams: dict[str, InThread], more: str = "", dialects: str = "chat") -> GatewayProgram:
        listed = ", ".join(f'"{name}"' for name in dialects.split())
        return self._open.enter_context(GatewayProgram(self.env, configuration(upstreams, more, listed)))

    def counting(self, gateway: GatewayProgram) -> CountingRelay:
        return self._open.enter_context(CountingRelay(gateway.port))

    def run(
        self, client: CliClient, gateway: GatewayProgram, question: str = "Say hello", port: int | None = None
    ) -> Running:
        started = Running(client, gateway, self.project, question, port)
        self._open.callback(started.kill)
        return started

    def close(self) -> None:
        self._open.close()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    made.close()


@EVERY
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_plain_answer(client: CliClient, dialect: str, scene: Scene) -> None:
    present(client)
    upstream = scene.upstream(Upstream(reply=REPLY))
    gateway = scene.gateway({"a": upstream}, dialects=dialect)
    code, said = scene.run(client, gateway).ended()
    assert (code, REPLY in said) == (0, True), said[-2_000:]
    rows = gateway.rows()
    assert rows
    assert {(row["status"], row["client"]) for row in rows} == {("ok", client.name)}
    assert not any(row["usage_estimated"] for row in rows)


@WITH_TOOLS
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_tool_is_called_and_its_result_comes_back(client: CliClient, dialect: str, scene: Scene) -> None:
    present(client)
    assert client.reads is not None
    calls = Turn(reply="I read it.", calls=(client.reads(scene.file),))

    def turn(seen: Seen) -> Turn:
        if WORD.encode() in seen.raw:
            return Turn(reply=f"It says {WORD.upper()}.")
        return calls if seen.body.get("tools") else Turn(reply="A title")

    upstream = scene.upstream(Upstream(turn))
    gateway = scene.gateway({"a": upstream}, dialects=dialect)
    code, said = scene.run(client, gateway, f"What is in {FILE}?").ended()
    assert (code, WORD.upper() in said) == (0, True), said[-2_000:]
    assert {row["status"] for row in gateway.rows()} == {"ok"}


@EVERY
def test_a_refusal_by_the_budget_is_shown_and_not_repeated(client: CliClient, scene: Scene) -> None:
    present(client)
    upstream = scene.upstream(Upstream(reply=REPLY))
    gateway = scene.gateway({"a": upstream}, '[budget]\ndaily = "0.0000001"\n')
    relay = scene.counting(gateway)
    _, said = scene.run(client, gateway, port=relay.port).ended()
    assert "daily" in said, said[-2_000:]
    assert relay.posts == client.refused
    assert not upstream.seen


@EVERY
def test_a_cut_answer_is_not_taken_for_a_whole_one(client: CliClient, scene: Scene) -> None:
    present(client)
    reply = "Hello, the parcels are being counted, one after the other, and then"
    cut = Turn(reply=reply, delay_s=0.05, fault=cut_before_finish(3).fault)
    upstream = scene.upstream(Upstream([cut, cut], reply=REPLY))
    gateway = scene.gateway({"a": upstream})
    code, said = scene.run(client, gateway).ended()
    repeated = len(upstream.seen) > 2 and REPLY in said
    told = code != 0 or "broke off" in said
    assert repeated or told, (code, len(upstream.seen), said[-2_000:])
    assert "ok" not in {row["status"] for row in gateway.rows()[:1]}


@EVERY
def test_ctrl_c_closes_the_upstream(client: CliClient, scene: Scene) -> None:
    present(client)
    upstream = scene.upstream(Upstream(otherwise=hang()))
    gateway = scene.gateway({"a": upstream})
    started = scene.run(client, gateway)
    upstream.wait_for(lambda one: any(seen.hanging for seen in one.seen), 60)
    started.interrupt()
    upstream.wait_for(lambda one: all(seen.disconnected_at is not None for seen in one.seen), 10)
    started.ended()
    assert {row["status"] for row in gateway.rows()} == {"cancelled"}


@EVERY
def test_a_rate_limit_goes_to_another_deployment(client: CliClient, scene: Scene) -> None:
    present(client)
    first = scene.upstream(Upstream(otherwise=rate_limited(60)))
    second = scene.upstream(Upstream(reply=REPLY))
    gateway = scene.gateway({"a": first, "b": second})
    code, said = scene.run(client, gateway).ended()
    assert (code, REPLY in said) == (0, True), said[-2_000:]
    assert len(first.seen) <= 2, "a deployment that is at its limit is left alone"


@EVERY
def test_a_rate_limit_everywhere_is_waited_for(client: CliClient, scene: Scene) -> None:
    present(client)
    upstream = scene.upstream(Upstream([rate_limited(1)], reply=REPLY))
    gateway = scene.gateway({"a": upstream})
    code, said = scene.run(client, gateway).ended()
    assert (code, REPLY in said) == (0, True), said[-2_000:]
    assert gateway.rows()[0]["status"] == "rate_limited"
