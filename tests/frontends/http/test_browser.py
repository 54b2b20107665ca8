"""A page in a real browser reaches the gateway neither from another origin nor by a host name that points here."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp import web

from tests.frontends.http.running import Running, configuration, running
from tests.loopback import Upstream

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--host-resolver-rules=MAP evil.test 127.0.0.1"),
)
PAGE = """<script>
const tell = (text) => fetch("/told", {method: "POST", body: text});
const tried = async () => {
  const told = {};
  for (const path of ["/health", "/v1/models", "/v1/chat/completions"]) for (const mode of ["cors", "no-cors"]) {
    const body = path.endsWith("s") && path.includes("chat") ? JSON.stringify(ASKED) : undefined;
    const headers = mode === "cors" ? {"authorization": "Bearer TOKEN", "content-type": "application/json"} : {};
    try {
      const answer = await fetch("GATEWAY" + path, {mode, headers, body, method: body ? "POST" : "GET"});
      told[path + " " + mode] = [answer.type, answer.status, await answer.text()];
    } catch (fault) { told[path + " " + mode] = ["refused", 0, ""]; }
  }
  await tell(JSON.stringify(told));
};
tried();
</script>"""


async def browsed(folder: Path, url: str, over: Callable[[], bool]) -> None:
    """Open a page until what it does is over."""
    assert CHROMIUM is not None
    process = await asyncio.create_subprocess_exec(
        *(CHROMIUM, *QUIET, f"--user-data-dir={folder / 'browser'}", url),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(90):
            while not over():
                await asyncio.sleep(0.05)
    finally:
        process.kill()
        await process.wait()


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
@pytest.mark.parametrize("named", ["127.0.0.1", "evil.test"])
async def test_a_page_of_another_origin_reads_and_asks_nothing(
    named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, tuple[str, int, str]]] = []
    async with Upstream() as upstream, running(tmp_path, monkeypatch, configuration({"a": upstream})) as gateway:

        async def answer(request: web.Request) -> web.Response:
            if request.path == "/told":
                told.append(json.loads(await request.text()))
                return web.Response()
            return web.Response(text=page(gateway, named), content_type="text/html")

        application = web.Application()
        application.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            port = runner.addresses[0][1]
            await browsed(tmp_path, f"http://{named}:{port}/", lambda: bool(told))
        finally:
            await runner.cleanup()
        assert len(told[0]) == 6
        for tried, (kind, status, text) in told[0].items():
            assert kind in ("refused", "opaque"), tried
            assert (status, text) == (0, ""), tried
        assert not upstream.seen, "nothing was asked, and nothing spent, even with the right token"


def page(gateway: Running, named: str) -> str:
    asked = {"model": "speed", "messages": [{"role": "user", "content": "hi"}]}
    text = PAGE.replace("ASKED", json.dumps(asked)).replace("TOKEN", gateway.token)
    return text.replace("GATEWAY", f"http://{named}:{gateway.port}")


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
async def test_a_host_name_that_was_pointed_here_is_refused_where_a_page_has_it_for_its_own_origin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Upstream() as upstream, running(tmp_path, monkeypatch, configuration({"a": upstream})) as gateway:

        async def seen(name: str) -> str:
            assert CHROMIUM is not None
            process = await asyncio.create_subprocess_exec(
                *(CHROMIUM, *QUIET, f"--user-data-dir={tmp_path / name}", "--dump-dom"),
                f"http://{name}:{gateway.port}/health",
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
            out, _ = await asyncio.wait_for(process.communicate(), 90)
            return out.decode()

        assert '"status": "ok"' in await seen("127.0.0.1"), "the browser gets there"
        assert "names another server" in await seen("evil.test")
