"""Real headless Neovim, the oldest and the newest, with nothing but its own client, against the real daemon."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import CODE, TESTED, with_upstream
from tests.e2e.neovim.editor import VERSIONS, version
from tests.loopback import Upstream, hang_mid_stream

pytestmark = pytest.mark.editor

HERE = Path(__file__).parent / "plain_neovim"
DOC = '<doc name="parse_header">\nSplit a header line into its name and value.\n</doc>\n'


@pytest.fixture(params=VERSIONS)
def neovim(request: pytest.FixtureRequest) -> str:
    return version(str(request.param))


async def drive(neovim: str, scenario: str, env: dict[str, str], *arguments: Path) -> None:
    """Run one scenario; its assertions are in the Lua file."""
    process = await asyncio.create_subprocess_exec(
        neovim,
        *("--headless", "--clean", "--cmd", "let g:loaded_python3_provider = 0"),
        *("-l", HERE / f"{scenario}.lua"),
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={
            **env,
            "ROUTERD_DRIVE": str(HERE / "drive.lua"),
            "ROUTERD_COMMAND": json.dumps([sys.executable, "-m", "routerd", "serve", "--solo"]),
        },
    )
    try:
        async with asyncio.timeout(90):
            said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, said.decode("utf-8", "replace")


async def test_hover_menu_document_and_one_undo(neovim: str, env: dict[str, str], project: Path) -> None:
    path = project / "labels.py"
    await drive(neovim, "session", env, path)
    text = path.read_text("utf-8")
    assert '"""Parse' in text
    assert [line for line in text.split("\n") if line in CODE.split("\n")][:3] == CODE.split("\n")[:3]


async def test_a_dos_file_with_emoji_and_no_final_newline_stays_one(
    neovim: str, env: dict[str, str], project: Path
) -> None:
    path = project / "labels.py"
    code = CODE.replace('"no name"', '"no 😀 name \u2028"').rstrip("\n").replace("\n", "\r\n")
    path.write_bytes(code.encode())
    await drive(neovim, "session", env, path)
    written = path.read_bytes().decode()
    assert written.replace("\r\n", "").count("\n") == 0
    kept = iter(written.rstrip("\r\n").split("\r\n"))
    assert all(line in kept for line in code.split("\r\n")), "every old line stands, in order"


async def test_cancel_in_mid_stream_closes_the_upstream(neovim: str, env: dict[str, str], project: Path) -> None:
    async with Upstream([hang_mid_stream()], reply=DOC) as upstream:
        await drive(neovim, "cancel", with_upstream(env, upstream.base_url), project / "labels.py")
        assert upstream.seen[0].disconnected_at is not None


async def test_a_dropped_stale_edit_is_kept_and_shown_as_a_diff(
    neovim: str, env: dict[str, str], project: Path
) -> None:
    await drive(neovim, "stale", env, project / "labels.py")


async def test_an_edit_lands_at_the_place_that_typing_moved(neovim: str, env: dict[str, str], project: Path) -> None:
    typed = project.parent / "typed"
    async with Upstream([hang_mid_stream()], reply=DOC) as upstream:

        async def release() -> None:
            while not typed.exists():
                await asyncio.sleep(0.02)
            upstream.release()

        releasing = asyncio.create_task(release())
        settings = with_upstream(env, upstream.base_url)
        await drive(neovim, "typed", settings, project / "labels.py", typed)
        await releasing


async def test_new_tests_open_beside_the_source_and_a_review_shows_diagnostics(
    neovim: str, env: dict[str, str], project: Path
) -> None:
    path = project / "labels.py"
    path.write_text(
        CODE + TESTED + "\n\ndef risky(found=[]):\n    try:\n        found.append(1)\n    except:\n        pass\n"
    )
    await drive(neovim, "tests_and_review", env, path)
