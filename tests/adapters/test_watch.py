"""Watching: every way in which editors change a file is told, soon, and cancelling leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from routerd.adapters.file_watcher import Contents, watch

SOON_S = 5.0
"""A watch that works tells in a tenth of this; the rest is for a machine under load."""


Told = asyncio.Queue[Contents]


@asynccontextmanager
async def watching(*files: Path) -> AsyncIterator[Told]:
    told: Told = asyncio.Queue()
    task = asyncio.create_task(watch(files, told.put))
    first = await next_of(told)
    assert first == {file: file.read_bytes() if file.exists() else None for file in files}
    await asyncio.sleep(0.2)
    yield told
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, SOON_S)


async def next_of(told: Told) -> Contents:
    return await asyncio.wait_for(told.get(), SOON_S)


def _written(file: Path) -> None:
    file.write_text("b = 2")


def _replaced(file: Path) -> None:
    other = file.with_suffix(".tmp")
    other.write_text("b = 2")
    other.replace(file)


def _deleted(file: Path) -> None:
    file.unlink()


def _renamed_away(file: Path) -> None:
    file.rename(file.with_suffix(".bak"))


def _folder_deleted(file: Path) -> None:
    shutil.rmtree(file.parent)


@pytest.mark.parametrize("change", [_written, _replaced, _deleted, _renamed_away, _folder_deleted])
async def test_each_way_to_change_a_file_is_told(change: Callable[[Path], None], tmp_path: Path) -> None:
    file = tmp_path / "folder" / "config.toml"
    file.parent.mkdir()
    file.write_text("a = 1")
    async with watching(file) as told:
        change(file)
        assert await next_of(told) == {file: file.read_bytes() if file.exists() else None}


async def test_a_file_that_is_replaced_again_and_again_is_told_each_time(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("n = 0")
    async with watching(file) as told:
        for number in range(3):
            other = tmp_path / "swap"
            other.write_text(f"n = {number + 1}")
            other.replace(file)
            assert await next_of(told) == {file: f"n = {number + 1}".encode()}


async def test_a_file_in_folders_that_do_not_exist_yet_is_told_once_it_is_written(tmp_path: Path) -> None:
    file = tmp_path / "not" / "yet" / "config.toml"
    async with watching(file) as told:
        file.parent.mkdir(parents=True)
        await asyncio.sleep(0.1)
        file.write_text("a = 1")
        assert await next_of(told) == {file: b"a = 1"}
        file.write_text("a = 2")
        assert await next_of(told) == {file: b"a = 2"}


async def test_a_change_of_one_file_tells_what_all_of_them_hold(tmp_path: Path) -> None:
    one, other = tmp_path / "one.toml", tmp_path / "other.toml"
    one.write_text("a = 1")
    async with watching(one, other) as told:
        other.write_text("a = 2")
        assert await next_of(told) == {one: b"a = 1", other: b"a = 2"}


async def test_a_file_is_not_believed_to_be_gone_or_empty_while_it_is_being_written(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("a = 1")
    async with watching(file) as told:
        for number in range(20):
            if number % 2:
                file.rename(tmp_path / "config.toml~")
            else:
                file.write_text("")
            await asyncio.sleep(0.01)
            file.write_text(f"a = {number}")
            await asyncio.sleep(0.05)
        async with asyncio.timeout(SOON_S):
            while (seen := (await next_of(told))[file]) != b"a = 19":
                assert seen


async def test_a_neighbour_or_the_same_contents_are_not_told(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("a = 1")
    async with watching(file) as told:
        (tmp_path / "neighbour.txt").write_text("x")
        file.write_text("a = 1")
        file.touch()
        await asyncio.sleep(0.8)
        assert told.empty()


@pytest.mark.skipif(os.name == "nt", reason="making symbolic links takes rights there")
async def test_what_a_symbolic_link_leads_to_is_watched(tmp_path: Path) -> None:
    kept = tmp_path / "dotfiles" / "config.toml"
    kept.parent.mkdir()
    kept.write_text("a = 1")
    link = tmp_path / "config" / "config.toml"
    link.parent.mkdir()
    link.symlink_to(kept)
    async with watching(link) as told:
        kept.write_text("a = 2")
        assert await next_of(told) == {link: b"a = 2"}


async def test_after_many_rapid_edits_the_last_one_was_told(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("n = 0")
    seen: list[bytes | None] = []

    async def told(contents: Contents) -> None:
        seen.append(contents[file])

    task = asyncio.create_task(watch([file], told))
    await asyncio.sleep(0.2)
    for number in range(1, 101):
        file.write_text(f"n = {number}")
        await asyncio.sleep(0.005)
    async with asyncio.timeout(SOON_S):
        while not seen or seen[-1] != b"n = 100":
            await asyncio.sleep(0.02)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
