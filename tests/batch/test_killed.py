"""kill -9 at random points of a run: the next run asks only what has no answer, and the ledger has each bill once."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import closing
from pathlib import Path

import pytest

from tests import brain
from tests.batch.project import Project, new_project
from tests.batch.test_run_many import billed
from tests.loopback import InThread, Seen, Turn, Upstream, hang

FILES, KILLS, AT_ONCE = 60, 10, 3


@pytest.mark.slow
@pytest.mark.timeout(280)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_at_ten_points_nothing_is_lost_and_nothing_is_paid_twice(tmp_path: Path) -> None:
    project = new_project(tmp_path)
    project.write([f"m{number:02}" for number in range(FILES)])
    project.commit()
    chance = random.Random(18)
    stored: dict[str, int] = {}
    """How many requests had come when a killed process had an answer in its store, by the question's name."""
    with InThread(Upstream(reply=brain.reply, otherwise=Turn(chunk_chars=20, delay_s=0.03))) as upstream:
        project.configure(upstream.base_url, f"max_concurrency = {AT_ONCE}")
        for _ in range(KILLS):
            before = len(upstream.seen)
            process = started(project)
            upstream.wait_for(lambda now, before=before: len(now.seen) > before, 60)  # type: ignore[misc]
            time.sleep(chance.random() * 0.5)
            process.kill()
            process.wait()
            for name in answered(project):
                stored.setdefault(name, len(upstream.seen))
        done = project.run("batch", "run", "document", ".", "--yes", "--apply")
        assert done.returncode == 0, done.stderr
        seen = upstream.seen

    assert project.git("diff", "--shortstat").split() == f"{FILES} files changed, {FILES} insertions(+)".split()
    asked: dict[str, list[Seen]] = defaultdict(list)
    for one in seen:
        asked[name_of(one)].append(one)
    assert len(asked) == FILES
    assert stored.keys() <= asked.keys()
    assert len(stored) > KILLS, "it was killed before it had anything"
    for name, count in stored.items():
        assert name not in map(name_of, seen[count:]), "it had it"
    lost = [one for several in asked.values() for one in several[:-1]]
    assert len(lost) <= KILLS * AT_ONCE
    kept = [several[-1] for several in asked.values()]
    rows = project.ledger("SELECT status, COUNT(*) FROM attempts GROUP BY status")
    assert dict(rows)["ok"] == FILES
    (known,) = project.ledger("SELECT SUM(cost) FROM attempts WHERE status = 'ok'")[0]
    assert known == billed(kept) * 10**12
    assert project.booked() >= billed(seen), "what was under way is booked at the most that it can have cost"
    assert len(lost) <= dict(rows).get("unknown", 0) <= KILLS * AT_ONCE, "some were killed before they were sent"
    assert project.ledger("SELECT COUNT(*) FROM reservations") == [(0,)]
    assert oct((project.data / "batches.db").stat().st_mode & 0o777) == "0o600"


def started(project: Project) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        project.command("batch", "run", "document", ".", "--yes"),
        cwd=project.root,
        env=project.env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def name_of(one: Seen) -> str:
    """The function that a request is about."""
    return brain._found(brain._SYMBOLS, str(one.body["messages"][1]["content"]), "names")


def answered(project: Project) -> list[str]:
    """The functions whose answers are stored, by a process that is dead."""
    with closing(sqlite3.connect(project.data / "batches.db")) as store:
        rows = store.execute(
            "SELECT path FROM items WHERE EXISTS (SELECT 1 FROM replies "
            "WHERE replies.batch = items.batch AND replies.item = items.id)"
        )
        return [f"parse_{path.removesuffix('.py')}" for (path,) in rows]


@pytest.mark.slow
def test_a_second_terminal_waits_or_stops_the_first_and_what_was_paid_for_stays(tmp_path: Path) -> None:
    project = new_project(tmp_path)
    project.write([f"m{number:02}" for number in range(30)])
    held = [True]

    def turn(seen: Seen) -> Turn:
        return hang() if held[0] and seen.number >= 4 else Turn()

    with InThread(Upstream(turn, reply=brain.reply)) as upstream:
        project.configure(upstream.base_url, "max_concurrency = 2")
        first = started(project)
        upstream.wait_for(lambda now: sum(one.hanging for one in now.seen) == 2, 60)
        second = project.run("run", "document", ".", "--yes")
        assert second.returncode == 2
        assert "Another batch runs on this folder (process " in second.stderr
        assert project.run("batch", "cancel").returncode == 0
        held[0] = False
        upstream.release()
        assert first.wait(60) == 130
        asked = len(upstream.seen)
        assert asked < 30
        (status,) = project.json("batch", "status", "document")
        assert sum(item["state"] == "done" for item in status["items"]) == asked
        assert project.run("batch", "run", "document", ".", "--yes").returncode == 0
        assert len(upstream.seen) == 30
        assert project.booked() == billed(upstream.seen)
