"""One string changed counts from the next action on; nothing that happens to a file breaks an action under way."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

from routerd.domain.outcome import Outcome, Status
from tests import brain
from tests.loopback import Turn, Upstream
from tests.reload.conftest import SOON_S, watched


def swapped(file: Path, text: str) -> None:
    """As most editors save: written beside, then renamed onto it."""
    other = file.with_suffix(".swap")
    other.write_text(text, "utf-8")
    other.replace(file)


def backed_up(file: Path, text: str) -> None:
    """As vim saves by default: the old file renamed away, then a new one written in its place."""
    file.replace(file.with_name(file.name + "~"))
    file.write_text(text, "utf-8")


def written(file: Path, text: str) -> None:
    """Truncated and written."""
    file.write_text(text, "utf-8")


WAYS = (written, swapped, backed_up)


@pytest.mark.parametrize("save", WAYS)
async def test_one_changed_string_counts_from_the_next_action_on(home: Path, save: object) -> None:
    assert callable(save)
    async with Upstream(reply=brain.reply) as upstream, watched(home, upstream.base_url) as study:
        assert str((await study.run()).model) == "near/first"
        save(study.file, study.text("near/second"))
        await study.until_model("near/second")
        outcome = await study.run()
        assert (outcome.status, str(outcome.model)) == (Status.APPLIED, "near/second")
        assert [seen.model for seen in upstream.seen] == ["first", "second"]
        assert study.told == [()]


async def test_a_request_in_flight_finishes_on_the_old_configuration(home: Path) -> None:
    slow = Turn(chunk_chars=4, delay_s=0.05)
    async with Upstream([slow], reply=brain.reply) as upstream, watched(home, upstream.base_url) as study:
        under_way = asyncio.create_task(study.run())
        await upstream.wait_for(lambda it: bool(it.seen and it.seen[0].pieces_sent))
        study.file.write_text(study.text("near/second").replace("near", "far"), "utf-8")
        await study.until_model("far/second")
        assert not under_way.done()
        after = await study.run()
        before = await under_way
    assert (before.status, str(before.model)) == (Status.APPLIED, "near/first")
    assert (after.status, str(after.model)) == (Status.APPLIED, "far/second")


async def test_a_broken_file_keeps_the_old_configuration_and_is_told_with_its_line(home: Path) -> None:
    async with Upstream(reply=brain.reply) as upstream, watched(home, upstream.base_url) as study:
        study.file.write_text(study.text("near/second") + "\n[budget]\ndaily = five\n", "utf-8")
        (problem,) = await study.until_told(1)
        line = study.file.read_text("utf-8").splitlines().index("daily = five") + 1
        assert problem.startswith(f"{study.file}, line {line}")
        assert problem.endswith("The configuration stays as it was.")
        assert str((await study.run()).model) == "near/first"
        study.file.write_text(study.text("near/second") + '\n[budget]\ndaily = "5"\n', "utf-8")
        assert await study.until_told(2) == ()
        assert study.model == "near/second"


async def test_a_file_that_was_asked_for_and_is_deleted_keeps_the_old_configuration(home: Path) -> None:
    async with Upstream(reply=brain.reply) as upstream, watched(home, upstream.base_url) as study:
        text = study.file.read_text("utf-8")
        study.file.unlink()
        (problem,) = await study.until_told(1)
        assert "does not exist" in problem
        assert (await study.run()).status is Status.APPLIED
        study.file.write_text(text.replace("first", "second"), "utf-8")
        await study.until_model("near/second")


async def test_the_workspace_file_is_watched_from_before_it_exists_until_it_is_gone(home: Path) -> None:
    async with Upstream(reply=brain.reply) as upstream, watched(home, upstream.base_url) as study:
        workspace = home / "project" / ".routerd.toml"
        workspace.write_text('[tiers]\nutility = "near/theirs"\n', "utf-8")
        await study.until_model("near/theirs")
        swapped(workspace, '[tiers]\nutility = "near/other"\n[providers.near]\nbase_url = "http://evil"\n')
        await study.until_model("near/other")
        assert "providers.near.base_url" in study.told[-1][0]
        assert study.app.settings.providers["near"].base_url == upstream.base_url
        workspace.rename(workspace.with_name("away.toml"))
        await study.until_model("near/first")


async def test_a_password_manager_is_asked_once_however_often_the_file_changes(home: Path) -> None:
    asked = home / "asked"
    program = f"open({str(asked)!r}, 'a').write('x'); print('a-key')"
    key = "{ command = " + json.dumps([sys.executable, "-c", program]) + " }"
    async with Upstream(reply=brain.reply) as upstream, watched(home, upstream.base_url, key=key) as study:
        for number in range(4):
            study.file.write_text(study.text(f"near/m{number}", key), "utf-8")
            await study.until_model(f"near/m{number}")
            assert (await study.run()).status is Status.APPLIED
        assert asked.read_text() == "x"
        other = key.replace("'a-key'", "'another-key'")
        study.file.write_text(study.text("near/last", other), "utf-8")
        await study.until_model("near/last")
        assert (await study.run()).status is Status.APPLIED
        assert asked.read_text() == "xx"
        keys = [seen.headers["authorization"] for seen in upstream.seen]
        assert (len(set(keys)), keys[0]) == (2, keys[3])


async def test_a_hundred_rapid_edits_under_load_fail_no_request_and_the_last_one_wins(home: Path) -> None:
    outcomes: list[Outcome] = []
    async with Upstream(reply=brain.reply) as upstream, watched(home, upstream.base_url) as study:
        editing = True

        async def asking() -> None:
            while editing:
                outcomes.append(await study.run())

        askers = [asyncio.create_task(asking()) for _ in range(4)]
        for number in range(1, 101):
            WAYS[number % 3](study.file, study.text(f"near/m{number}"))
            await asyncio.sleep(0.02)
        await study.until_model("near/m100")
        editing = False
        async with asyncio.timeout(SOON_S):
            await asyncio.gather(*askers)
        last = await study.run()
    assert [outcome.message for outcome in outcomes if outcome.status is not Status.APPLIED] == []
    assert {attempt.status.value for outcome in outcomes for attempt in outcome.attempts} == {"ok"}
    assert all(problems == () for problems in study.told)
    # That the load met the edits, and not only the first or the last configuration.
    assert len({outcome.model for outcome in outcomes}) > 5
    assert len(outcomes) > 20
    assert str(last.model) == "near/m100"
